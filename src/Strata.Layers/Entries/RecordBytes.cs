using System.Buffers.Binary;

namespace Strata.Layers.Entries;

/// <summary>Bytes of records, one after another, in memory that is used again.</summary>
internal sealed class RecordBytes
{
    private const int VarintLengthMax = 10;

    private byte[] _bytes = new byte[1 << 12];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Add(byte value) => Room(1)[0] = value;

    public void Add(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Room(bytes.Length));

    /// <summary>Little-endian.</summary>
    public void Add(uint number) => BinaryPrimitives.WriteUInt32LittleEndian(Room(sizeof(uint)), number);

    /// <inheritdoc cref="Add(uint)"/>
    public void Add(long number) => BinaryPrimitives.WriteInt64LittleEndian(Room(sizeof(long)), number);

    /// <summary>Seven bits a byte, lowest first; the eighth says that more follow.</summary>
    public void AddVarint(ulong value)
    {
        var bytes = Room(VarintLengthMax);
        var length = 0;
        for (; value >= 0x80; value >>= 7)
        {
            bytes[length++] = (byte)(value | 0x80);
        }

        bytes[length++] = (byte)value;
        Length -= VarintLengthMax - length;
    }

    /// <summary>So many bytes that are written now, all of them.</summary>
    public Span<byte> Room(int count)
    {
        if (count > _bytes.Length - Length)
        {
            Array.Resize(ref _bytes, Math.Max(_bytes.Length * 2, Length + count));
        }

        Length += count;
        return _bytes.AsSpan(Length - count, count);
    }
}
