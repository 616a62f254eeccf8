using System.Text;
using Strata.Layers.Entries;
using Strata.Layers.Erofs;

namespace Strata.Layers.Tests.Packing;

/// <summary>Trees as entries in path order, whatever names and numbers Linux allows.</summary>
internal static class RandomEntries
{
    public static List<(LayerEntry Entry, byte[] Content)> Make(int seed)
    {
        var random = new Random(seed);
        var tree = new SortedDictionary<byte[], (LayerEntry Entry, byte[] Content)>(Comparer<byte[]>.Create((a, b) => PathOrder.Compare(a, b)));
        var directories = new List<byte[]> { Array.Empty<byte>() };
        tree.Add([], (Entry(random, EntryKind.Directory, []), []));
        for (var i = random.Next(60); i > 0; i--)
        {
            var parent = directories[random.Next(directories.Count)];
            byte[] path = parent.Length == 0 ? Name(random) : [.. parent, (byte)'/', .. Name(random)];
            var kind = (EntryKind)random.Next(6);
            if (path.Length > 3000 || tree.ContainsKey(path))
            {
                continue;
            }

            var content = kind is EntryKind.File ? Content(random) : [];
            var entry = Entry(random, kind, path) with { Size = content.Length };
            entry = kind switch
            {
                EntryKind.Symlink => entry with { Mode = 0x1ff, Link = Bytes(random, random.Next(1, 4095)) },
                EntryKind.CharacterDevice or EntryKind.BlockDevice => entry with { DeviceMajor = (uint)random.Next(1, 4096), DeviceMinor = (uint)random.Next(1 << 20) },
                _ => entry,
            };
            tree.Add(path, (entry, content));
            if (kind is EntryKind.Directory)
            {
                directories.Add(path);
            }
        }

        return [.. tree.Values];
    }

    public static string Show(IEnumerable<(LayerEntry Entry, byte[] Content)> entries)
    {
        var text = new StringBuilder();
        foreach (var (e, content) in entries)
        {
            text.Append($"{Convert.ToHexString(e.Path)} {e.Kind} {e.Mode:x} {e.User}:{e.Group} {e.Modified} {e.Size} {Convert.ToHexString(e.Link)} {e.DeviceMajor}:{e.DeviceMinor}");
            text.Append(Core.Digest.Of(content).Short);
            text.AppendJoin(',', e.Attributes.OrderBy(a => Encoding.Latin1.GetString(a.Name), StringComparer.Ordinal).Select(a => $"{Convert.ToHexString(a.Name)}={Convert.ToHexString(a.Value)}")).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>Kind and path; '!' marks opaque directories.</summary>
    public static List<string> Names(ErofsReader reader) =>
        [.. reader.Entries().Select(e => $"{char.ToLowerInvariant(e.Entry.Kind.ToString()[0])}:{Encoding.UTF8.GetString(e.Entry.Path)}{(e.Entry.Attributes.Count > 0 ? "!" : "")}")];

    private static LayerEntry Entry(Random random, EntryKind kind, byte[] path) => new()
    {
        Kind = kind,
        Path = path,
        Mode = (uint)random.Next(0x1000),
        User = (uint)random.NextInt64(uint.MaxValue),
        Group = (uint)random.Next(3),
        Modified = new(random.NextInt64(int.MinValue, 1L << 33), (uint)random.Next(1_000_000_000)),
        Attributes = [.. Enumerable.Range(0, random.Next(5) == 0 ? random.Next(1, 6) : 0).Select(i => new Xattr([.. "user."u8, .. Bytes(random, random.Next(1, 200)), (byte)(i + 1)], Bytes(random, random.Next(3000))))],
    };

    private static byte[] Name(Random random)
    {
        var name = Bytes(random, random.Next(8) == 0 ? 255 : random.Next(1, 12));
        name.AsSpan().Replace((byte)'/', (byte)'-');
        return name.AsSpan().SequenceEqual("."u8) || name.AsSpan().SequenceEqual(".."u8) ? "..."u8.ToArray() : name;
    }

    private static byte[] Content(Random random)
    {
        var content = new byte[random.Next(3) == 0 ? random.Next(400_000) : random.Next(9000)];
        random.NextBytes(content);
        for (var holes = random.Next(3); holes > 0; holes--)
        {
            var start = random.Next(content.Length + 1);
            content.AsSpan(start, random.Next(content.Length - start + 1)).Clear();
        }

        return content;
    }

    private static byte[] Bytes(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        bytes.AsSpan().Replace((byte)0, (byte)1);
        return bytes;
    }
}
