using System.Buffers.Binary;
using System.Diagnostics;
using Strata.Layers.Entries;

namespace Strata.Layers.Erofs;

/// <summary>
/// What follows the data: the whole blocks of directories and of long symlinks, then the inodes, both in path order. Places are given first, as a
/// directory names those of its entries.
/// </summary>
internal sealed class MetadataWriter(EntryTree tree, BlockAppender image, bool withDevices)
{
    private readonly DirectoryBlocks _directories = new(tree);
    private readonly byte[] _inode = new byte[ErofsFormat.ExtendedInodeSize];

    public uint MetadataBlock { get; private set; }

    public int InodeCount { get; private set; }

    public bool HasPieces { get; private set; }

    /// <summary>The tree is sorted, the image padded to a block.</summary>
    public void Write()
    {
        Place();
        for (var node = EntryTree.Root; node != EntryTree.None; node = tree.Following(node))
        {
            WriteBlocks(node);
        }

        Debug.Assert(image.Block == MetadataBlock);
        uint last = 0;
        for (var node = EntryTree.Root; node != EntryTree.None; node = tree.Following(node))
        {
            if (tree.InodeOf(node).Nid > last) // else another name of an inode that was written
            {
                last = tree.InodeOf(node).Nid;
                WriteInode(node);
            }
        }

        image.Pad();
    }

    private void Place()
    {
        var at = (long)ErofsFormat.ExtendedInodeSize; // an inode number 0 would be taken for a removed entry
        var block = (long)image.Block;
        for (var node = EntryTree.Root; node != EntryTree.None; node = tree.Following(node))
        {
            ref var inode = ref tree.InodeOf(node);
            if (inode.Nid != 0)
            {
                continue;
            }

            var head = ErofsFormat.ExtendedInodeSize + AttributeEncoding.SizeOf(tree.AttributesOf(inode));
            var size = head + PlaceData(node, ref inode, head, ref block);
            var room = ErofsFormat.BlockSize - (at & (ErofsFormat.BlockSize - 1));
            if (Math.Min(size, ErofsFormat.BlockSize) > room)
            {
                at += room;
            }

            inode.Nid = checked((uint)(at / ErofsFormat.SlotSize));
            at = (at + size + ErofsFormat.SlotSize - 1) & -ErofsFormat.SlotSize;
            InodeCount++;
        }

        MetadataBlock = checked((uint)block);
    }

    /// <summary>Bytes that follow the inode and its attributes.</summary>
    private long PlaceData(int node, ref Inode inode, int head, ref long block)
    {
        if (inode.Has(InodeMarks.Pieces))
        {
            HasPieces = true;
            var map = new ChunkMap(tree.PiecesOf(inode), withDevices);
            return ErofsFormat.Align(head, map.Unit) - head + map.Size;
        }

        switch (inode.Kind)
        {
            case EntryKind.Directory:
                _directories.Load(node);
                inode.Size = _directories.Size();
                break;
            case EntryKind.Symlink:
                break;
            default:
                return 0;
        }

        var tail = inode.Size & (ErofsFormat.BlockSize - 1);
        var isInline = tail > 0 && head + tail <= ErofsFormat.BlockSize;
        var blocks = isInline ? inode.Size >> ErofsFormat.BlockBits : ErofsFormat.BlocksOf(inode.Size);
        inode.Marks |= isInline ? InodeMarks.InlineTail : 0;
        inode.StartBlock = blocks > 0 ? (uint)block : 0;
        block += blocks;
        return isInline ? tail : 0;
    }

    private void WriteBlocks(int node)
    {
        ref var inode = ref tree.InodeOf(node);
        if (inode.Kind is EntryKind.Symlink && !inode.Has(InodeMarks.InlineTail) && inode.StartBlock == image.Block)
        {
            image.Append(tree.TargetOf(inode));
            image.Pad();
        }
        else if (inode.Kind is EntryKind.Directory && inode.StartBlock != 0)
        {
            var keepsTail = inode.Has(InodeMarks.InlineTail);
            _directories.Load(node);
            _directories.Write((block, isLast) =>
            {
                if (!isLast || !keepsTail)
                {
                    image.Append(block);
                    image.Pad();
                }
            });
        }
    }

    private void WriteInode(int node)
    {
        ref var inode = ref tree.InodeOf(node);
        var start = ((long)MetadataBlock << ErofsFormat.BlockBits) + ((long)inode.Nid * ErofsFormat.SlotSize);
        image.AppendZeros(checked((int)(start - image.Position)));
        var attributes = tree.AttributesOf(inode);
        var attributesSize = AttributeEncoding.SizeOf(attributes);
        var isDirectory = inode.Kind is EntryKind.Directory;
        if (isDirectory)
        {
            _directories.Load(node);
        }

        FillInode(inode, attributesSize, isDirectory ? _directories.Subdirectories + 2 : inode.Names);
        image.Append(_inode);
        if (attributesSize > 0)
        {
            var bytes = new byte[attributesSize];
            AttributeEncoding.Write(attributes, bytes);
            image.Append(bytes);
        }

        WriteTail(inode);
    }

    private void WriteTail(in Inode inode)
    {
        if (inode.Has(InodeMarks.Pieces))
        {
            var map = new ChunkMap(tree.PiecesOf(inode), withDevices);
            image.AppendZeros((int)(-image.Position & (map.Unit - 1)));
            map.Write(image);
        }
        else if (inode.Has(InodeMarks.InlineTail) && inode.Kind is EntryKind.Symlink)
        {
            image.Append(tree.TargetOf(inode));
        }
        else if (inode.Has(InodeMarks.InlineTail))
        {
            _directories.Write((block, isLast) =>
            {
                if (isLast)
                {
                    image.Append(block);
                }
            });
        }
    }

    private void FillInode(in Inode inode, int attributesSize, int links)
    {
        var layout = inode.Has(InodeMarks.Pieces) ? ErofsFormat.LayoutChunks
            : inode.Has(InodeMarks.InlineTail) ? ErofsFormat.LayoutInline
            : ErofsFormat.LayoutPlain;
        var union = inode switch
        {
            { Kind: EntryKind.CharacterDevice or EntryKind.BlockDevice } => inode.Extra,
            _ when inode.Has(InodeMarks.Pieces) => new ChunkMap(tree.PiecesOf(inode), withDevices).Format,
            _ => inode.StartBlock,
        };
        var bytes = _inode.AsSpan();
        bytes.Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(ErofsFormat.FormatExtended | (layout << ErofsFormat.FormatLayoutShift)));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[2..], (ushort)AttributeEncoding.CountOf(attributesSize));
        BinaryPrimitives.WriteUInt16LittleEndian(bytes[4..], (ushort)(TypeBits(inode.Kind) | inode.Mode));
        BinaryPrimitives.WriteInt64LittleEndian(bytes[8..], inode.Size);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[16..], union);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[20..], inode.Nid);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[24..], inode.User);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[28..], inode.Group);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], inode.Seconds);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[40..], inode.Nanoseconds);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[44..], (uint)links);
    }

    private static uint TypeBits(EntryKind kind) => kind switch
    {
        EntryKind.File => 0x8000,
        EntryKind.Directory => 0x4000,
        EntryKind.Symlink => 0xa000,
        EntryKind.CharacterDevice => 0x2000,
        EntryKind.BlockDevice => 0x6000,
        EntryKind.Fifo => 0x1000,
        _ => throw new UnreachableException(),
    };
}
