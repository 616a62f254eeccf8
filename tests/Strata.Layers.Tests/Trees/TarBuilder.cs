using System.Text;

namespace Strata.Layers.Tests.Trees;

/// <summary>Writes archives byte by byte, wrong ones included.</summary>
internal sealed class TarBuilder
{
    private readonly List<byte> _bytes = [];

    public TarBuilder File(string name, string content = "", int mode = 0x1a4, long user = 0, string? magic = null) =>
        Member(name, '0', content: Encoding.UTF8.GetBytes(content), mode: mode, user: user, magic: magic);

    public TarBuilder Directory(string name, int mode = 0x1ed) => Member(name, '5', mode: mode);

    public TarBuilder Link(string name, string target) => Member(name, '2', target);

    public TarBuilder HardLink(string name, string target) => Member(name, '1', target);

    public TarBuilder Pax(params (string Key, string Value)[] records) => Extended('x', records);

    public TarBuilder Extended(char type, params (string Key, string Value)[] records)
    {
        var text = string.Concat(records.Select(r => Record(r.Key, r.Value)));
        return Member("PaxHeaders/x", type, content: Encoding.UTF8.GetBytes(text));
    }

    public TarBuilder Member(
        string name, char type, string link = "", byte[]? content = null, int mode = 0x1a4, long user = 0, long? size = null, string? magic = null,
        bool rightChecksum = true, string? rawSize = null, int minor = 0)
    {
        var block = new byte[512];
        Put(block, 0, name);
        Put(block, 100, Octal(mode, 7));
        Put(block, 108, Octal(user, 7));
        Put(block, 116, Octal(0, 7));
        Put(block, 124, rawSize ?? Octal(size ?? content?.Length ?? 0, 11));
        Put(block, 136, Octal(1_000_000_000, 11));
        block.AsSpan(148, 8).Fill((byte)' ');
        block[156] = (byte)type;
        Put(block, 157, link);
        Put(block, 257, magic ?? "ustar\0" + "00");
        Put(block, 337, Octal(minor, 7));
        var sum = block.Sum(b => b) + (rightChecksum ? 0 : 1);
        Put(block, 148, Octal(sum, 6) + "\0 ");
        _bytes.AddRange(block);
        if (content is not null)
        {
            _bytes.AddRange(content);
            _bytes.AddRange(new byte[(512 - (content.Length % 512)) % 512]);
        }

        return this;
    }

    public TarBuilder Raw(byte[] bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    /// <summary>Without the end mark.</summary>
    public byte[] Unfinished() => _bytes.ToArray();

    public byte[] Finished() => [.. _bytes, .. new byte[1024]];

    private static string Record(string key, string value)
    {
        var rest = Encoding.UTF8.GetByteCount($" {key}={value}\n");
        var length = rest + 1;
        while (length != rest + length.ToString(System.Globalization.CultureInfo.InvariantCulture).Length)
        {
            length++;
        }

        return $"{length} {key}={value}\n";
    }

    private static string Octal(long value, int digits) => Convert.ToString(value, 8).PadLeft(digits, '0');

    private static void Put(byte[] block, int at, string text) => Encoding.Latin1.GetBytes(text).CopyTo(block, at);
}
