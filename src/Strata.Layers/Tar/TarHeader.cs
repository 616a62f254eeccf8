using Strata.Layers.Posix;

namespace Strata.Layers.Tar;

/// <summary>
/// The 512-byte block before each member (POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar's tar.h for its variant):
/// name 0+100 · mode 100+8 · uid 108+8 · gid 116+8 · size 124+12 · mtime 136+12 · checksum 148+8 · type 156 · link name 157+100 ·
/// magic 257+6 · version 263+2 · device 329+8, 337+8 · prefix 345+155 (not in GNU's).
/// </summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    public const int Length = 512;

    private readonly ReadOnlySpan<byte> _block = block;

    public byte Type => _block[156];

    public ReadOnlySpan<byte> Name => Text(0, 100);

    public ReadOnlySpan<byte> LinkName => Text(157, 100);

    public bool IsPosix => _block.Slice(257, 6).SequenceEqual("ustar\0"u8);

    public ReadOnlySpan<byte> Prefix => IsPosix ? Text(345, 155) : [];

    public long Mode => Number(100, 8, "mode");

    public long User => Number(108, 8, "uid");

    public long Group => Number(116, 8, "gid");

    public long Size => Number(124, 12, "size");

    public long Modified => Number(136, 12, "mtime");

    public long DeviceMajor => Number(329, 8, "device number");

    public long DeviceMinor => Number(337, 8, "device number");

    public bool IsZero => !_block.ContainsAnyExcept((byte)0);

    /// <summary>The sum of all bytes, the checksum itself taken as blanks. Old writers summed signed bytes; both are accepted, as everywhere.</summary>
    public bool HasRightChecksum()
    {
        long unsigned = 8 * ' ', signed = 8 * ' ';
        for (var i = 0; i < Length; i++)
        {
            if (i is < 148 or >= 156)
            {
                unsigned += _block[i];
                signed += (sbyte)_block[i];
            }
        }

        return TryNumber(_block.Slice(148, 8), out var stated) && (stated == unsigned || stated == signed);
    }

    private ReadOnlySpan<byte> Text(int start, int length)
    {
        var field = _block.Slice(start, length);
        var end = field.IndexOf((byte)0);
        return end < 0 ? field : field[..end];
    }

    private long Number(int start, int length, string field) =>
        TryNumber(_block.Slice(start, length), out var value)
            ? value
            : throw new HostileArchiveException($"{PosixPath.Show(Name)}: its {field} is not a number.");

    /// <summary>Octal digits between blanks or NULs, or GNU's base-256 (first bit set, big-endian two's complement).</summary>
    private static bool TryNumber(ReadOnlySpan<byte> field, out long value)
    {
        value = 0;
        if ((field[0] & 0x80) != 0)
        {
            return TryBase256(field, out value);
        }

        field = field.Trim(" \0"u8);
        foreach (var digit in field)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3)
            {
                return false;
            }

            value = (value << 3) | (uint)(digit - '0');
        }

        return true;
    }

    private static bool TryBase256(ReadOnlySpan<byte> field, out long value)
    {
        var negative = field[0] == 0xff;
        value = negative ? -1 : field[0] & 0x7f;
        foreach (var next in field[1..])
        {
            if (value is > long.MaxValue >> 8 or < long.MinValue >> 8)
            {
                return false;
            }

            value = (value << 8) | next;
        }

        return negative || field[0] is 0x80 || value >= 0;
    }
}
