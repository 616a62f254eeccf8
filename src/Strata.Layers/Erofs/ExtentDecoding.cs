using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Strata.Layers.Erofs;

/// <summary>Where a file's content is, checked: on its device, and not claimed twice.</summary>
internal sealed class ExtentDecoding(ErofsFile file, ErofsHead head)
{
    private readonly List<DataExtent> _extents = [];

    /// <returns>The caller's to change, until the next are read.</returns>
    public Span<DataExtent> Read(in RawInode inode)
    {
        _extents.Clear();
        var blocks = ErofsFormat.BlocksOf(inode.Size);
        if (blocks == 0)
        {
            return [];
        }

        switch (inode.Layout)
        {
            case ErofsFormat.LayoutPlain:
                _extents.Add(new(0, inode.Union, blocks));
                break;
            case ErofsFormat.LayoutChunks:
                ReadChunks(inode, blocks);
                break;
            default:
                throw new DamagedLayerException("A file of the image is compressed or stands beside its inode: Strata does not write such.", LayerFault.Unsupported);
        }

        var extents = CollectionsMarshal.AsSpan(_extents);
        foreach (ref readonly var extent in extents)
        {
            Check(extent);
        }

        return extents;
    }

    private void ReadChunks(in RawInode inode, long blocks)
    {
        var format = inode.Union & 0xffff;
        if ((format & ~(uint)(ErofsFormat.ChunkBitsMask | ErofsFormat.ChunkIndexes)) != 0)
        {
            throw Damaged("the format of a file's chunks is unknown");
        }

        var bits = (int)(format & ErofsFormat.ChunkBitsMask);
        var unit = (format & ErofsFormat.ChunkIndexes) != 0 ? 8 : 4;
        var count = (blocks + (1L << bits) - 1) >> bits;
        file.Claim(count * unit);
        var at = (inode.TailAt + unit - 1) & -unit;
        Span<byte> number = stackalloc byte[8];
        for (var i = 0L; i < count; i++)
        {
            file.Read(at + (i * unit), number[..unit]);
            var block = BinaryPrimitives.ReadUInt32LittleEndian(unit == 8 ? number[4..] : number);
            var device = unit == 8 && block != ErofsFormat.NoBlock ? BinaryPrimitives.ReadUInt16LittleEndian(number[2..]) : 0;
            Add(new(device, block, Math.Min(1L << bits, blocks - (i << bits))));
        }
    }

    private void Add(DataExtent next)
    {
        if (_extents.Count > 0 && _extents[^1] is var last && last.Device == next.Device
            && (last.IsHole ? next.IsHole : !next.IsHole && last.StartBlock + last.BlockCount == next.StartBlock))
        {
            _extents[^1] = last with { BlockCount = last.BlockCount + next.BlockCount };
        }
        else
        {
            _extents.Add(next);
        }
    }

    private void Check(in DataExtent extent)
    {
        if (extent.IsHole)
        {
            return;
        }

        if (extent.Device > head.Devices.Count)
        {
            throw Damaged("a file is on a device it does not have");
        }

        var end = extent.StartBlock + extent.BlockCount;
        if (end > (extent.Device == 0 ? head.BlockCount : head.Devices[extent.Device - 1].BlockCount))
        {
            throw Damaged("a file's content lies outside");
        }

        if (extent.Device == 0)
        {
            file.Claim(extent.BlockCount << ErofsFormat.BlockBits);
        }
    }

    private static DamagedLayerException Damaged(string reason) => new($"The image is damaged: {reason}.");
}
