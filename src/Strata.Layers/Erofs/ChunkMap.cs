using System.Buffers.Binary;
using System.Numerics;

namespace Strata.Layers.Erofs;

/// <summary>A file's extents as numbers of equally long chunks, the longest that fits all borders: a file in one piece has one.</summary>
internal readonly ref struct ChunkMap
{
    private readonly ReadOnlySpan<DataExtent> _extents;
    private readonly long _blocks;
    private readonly int _bits;
    private readonly bool _withDevices;

    /// <param name="withDevices">Whether the image has other devices: then all chunks name theirs.</param>
    public ChunkMap(ReadOnlySpan<DataExtent> extents, bool withDevices)
    {
        _extents = extents;
        _withDevices = withDevices;
        var borders = 0L;
        foreach (var extent in extents)
        {
            borders |= _blocks; // the start of each but the first, which is 0
            _blocks += extent.BlockCount;
        }

        var whole = _blocks <= 1 ? 0 : 64 - BitOperations.LeadingZeroCount((ulong)(_blocks - 1));
        _bits = Math.Min(borders == 0 ? whole : BitOperations.TrailingZeroCount(borders), ErofsFormat.ChunkBitsMask);
    }

    public ushort Format => (ushort)(_bits | (_withDevices ? ErofsFormat.ChunkIndexes : 0));

    /// <summary>Bytes one number takes, and what the first is aligned to.</summary>
    public int Unit => _withDevices ? 8 : 4;

    public long Size => ((_blocks + (1L << _bits) - 1) >> _bits) * Unit;

    public void Write(BlockAppender target)
    {
        Span<byte> number = stackalloc byte[8];
        foreach (var extent in _extents)
        {
            for (var at = 0L; at < extent.BlockCount; at += 1L << _bits)
            {
                var block = extent.IsHole ? ErofsFormat.NoBlock : (uint)(extent.StartBlock + at);
                if (_withDevices)
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(number, 0);
                    BinaryPrimitives.WriteUInt16LittleEndian(number[2..], (ushort)(extent.IsHole ? 0 : extent.Device));
                    BinaryPrimitives.WriteUInt32LittleEndian(number[4..], block);
                }
                else
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(number, block);
                }

                target.Append(number[..Unit]);
            }
        }
    }
}
