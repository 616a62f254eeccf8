using System.Buffers.Binary;

namespace Strata.Layers.Erofs;

/// <summary>Where a file's content is, checked: on its device, and not claimed twice.</summary>
internal sealed class ExtentDecoding(ErofsFile file, ErofsHead head)
{
    /// <returns>The caller's to change.</returns>
    public DataExtent[] Read(in RawInode inode)
    {
        var blocks = ErofsFormat.BlocksOf(inode.Size);
        if (blocks == 0)
        {
            return [];
        }

        var extents = inode.Layout switch
        {
            ErofsFormat.LayoutPlain => new DataExtent[] { new(0, inode.Union, blocks) },
            ErofsFormat.LayoutChunks => ReadChunks(inode, blocks),
            _ => throw new DamagedLayerException("A file of the image is compressed or stands beside its inode: Strata does not write such.", LayerFault.Unsupported),
        };
        foreach (var extent in extents)
        {
            Check(extent);
        }

        return extents;
    }

    private DataExtent[] ReadChunks(in RawInode inode, long blocks)
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
        var extents = new List<DataExtent>();
        Span<byte> number = stackalloc byte[8];
        for (var i = 0L; i < count; i++)
        {
            file.Read(at + (i * unit), number[..unit]);
            var block = BinaryPrimitives.ReadUInt32LittleEndian(unit == 8 ? number[4..] : number);
            var device = unit == 8 && block != ErofsFormat.NoBlock ? BinaryPrimitives.ReadUInt16LittleEndian(number[2..]) : 0;
            Add(extents, new(device, block, Math.Min(1L << bits, blocks - (i << bits))));
        }

        return [.. extents];
    }

    private static void Add(List<DataExtent> extents, DataExtent next)
    {
        if (extents.Count > 0 && extents[^1] is var last && last.Device == next.Device
            && (last.IsHole ? next.IsHole : !next.IsHole && last.StartBlock + last.BlockCount == next.StartBlock))
        {
            extents[^1] = last with { BlockCount = last.BlockCount + next.BlockCount };
        }
        else
        {
            extents.Add(next);
        }
    }

    private void Check(DataExtent extent)
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
