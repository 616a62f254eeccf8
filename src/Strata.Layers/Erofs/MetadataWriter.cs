using System.Buffers.Binary;
using System.Diagnostics;
using Strata.Layers.Entries;

namespace Strata.Layers.Erofs;

/// <summary>What follows the data: the whole blocks of directories and of long symlinks, then the inodes, both where <see cref="MetadataLayout"/> placed them.</summary>
internal sealed class MetadataWriter(EntryTree tree, MetadataLayout layout, BlockAppender image, bool withDevices)
{
    private readonly DirectoryBlocks _directories = new(tree);
    private readonly byte[] _inode = new byte[ErofsFormat.ExtendedInodeSize];

    /// <summary>The image is padded to a block, the one the layout began with.</summary>
    public void Write()
    {
        for (var node = EntryTree.Root; node != EntryTree.None; node = tree.Following(node))
        {
            WriteBlocks(node);
        }

        Debug.Assert(image.Block == layout.MetadataBlock);
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
        image.AppendZeros(checked((int)((layout.BlockCount - image.Block) << ErofsFormat.BlockBits))); // none, or a block
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
        var start = ((long)layout.MetadataBlock << ErofsFormat.BlockBits) + ((long)inode.Nid * ErofsFormat.SlotSize);
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
        var form = inode.Has(InodeMarks.Pieces) ? ErofsFormat.LayoutChunks
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
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)(ErofsFormat.FormatExtended | (form << ErofsFormat.FormatLayoutShift)));
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
