using System.Text;

namespace Strata.Oci.Archives;

/// <summary>One 512-byte block (POSIX ustar; GNU's base-256 sizes).</summary>
internal readonly ref struct TarHeader(ReadOnlySpan<byte> block)
{
    public const int Length = 512;

    private readonly ReadOnlySpan<byte> _block = block;

    public bool IsZero => !_block.ContainsAnyExcept((byte)0);

    public char Type => _block[156] == 0 ? '0' : (char)_block[156];

    public string Link => Text(_block.Slice(157, 100));

    /// <summary>GNU archives use the prefix for something else.</summary>
    public string Name => _block.Slice(257, 6).SequenceEqual("ustar\0"u8) && _block[345] != 0
        ? $"{Text(_block.Slice(345, 155))}/{Text(_block[..100])}"
        : Text(_block[..100]);

    /// <summary>Null if it is no number, or negative.</summary>
    public long? Size
    {
        get
        {
            var bytes = _block.Slice(124, 12);
            return bytes[0] == 0x80 ? Binary(bytes[1..]) : Octal(bytes);
        }
    }

    public bool HasRightChecksum
    {
        get
        {
            var sum = 8 * ' ';
            for (var i = 0; i < Length; i++)
            {
                sum += i is >= 148 and < 156 ? 0 : _block[i];
            }

            return Octal(_block.Slice(148, 8)) == sum;
        }
    }

    /// <summary>A regular file of root, mode 0644, or a directory, 0755, with the time 0: the same bytes always.</summary>
    public static void Write(Span<byte> block, string name, long size, bool isDirectory)
    {
        block.Clear();
        Encoding.ASCII.GetBytes(name, block[..100]);
        (isDirectory ? "0000755\0"u8 : "0000644\0"u8).CopyTo(block[100..]);
        "0000000\0"u8.CopyTo(block[108..]);
        "0000000\0"u8.CopyTo(block[116..]);
        WriteSize(block.Slice(124, 12), size);
        "00000000000\0"u8.CopyTo(block[136..]);
        "        "u8.CopyTo(block[148..]);
        block[156] = isDirectory ? (byte)'5' : (byte)'0';
        "ustar\0"u8.CopyTo(block[257..]);
        "00"u8.CopyTo(block[263..]);
        var sum = 0;
        foreach (var value in block)
        {
            sum += value;
        }

        WriteOctal(block.Slice(148, 6), sum);
        block[154] = 0;
    }

    private static void WriteSize(Span<byte> field, long size)
    {
        if (size < 1L << 33)
        {
            WriteOctal(field[..11], size);
            return;
        }

        field[0] = 0x80;
        System.Buffers.Binary.BinaryPrimitives.WriteInt64BigEndian(field[4..], size);
    }

    private static void WriteOctal(Span<byte> digits, long value)
    {
        for (var i = digits.Length - 1; i >= 0; i--, value >>= 3)
        {
            digits[i] = (byte)('0' + (value & 7));
        }
    }

    private static long? Octal(ReadOnlySpan<byte> field)
    {
        var digits = field.Trim((ReadOnlySpan<byte>)[(byte)' ', 0]);
        long value = 0;
        foreach (var digit in digits)
        {
            if (digit is < (byte)'0' or > (byte)'7' || value > long.MaxValue >> 3)
            {
                return null;
            }

            value = (value << 3) | (long)(digit - '0');
        }

        return value;
    }

    private static long? Binary(ReadOnlySpan<byte> field) =>
        field[..3].ContainsAnyExcept((byte)0) || System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(field[3..]) is < 0
            ? null
            : System.Buffers.Binary.BinaryPrimitives.ReadInt64BigEndian(field[3..]);

    private static string Text(ReadOnlySpan<byte> field) => Encoding.UTF8.GetString(field.IndexOf((byte)0) is >= 0 and var end ? field[..end] : field);
}
