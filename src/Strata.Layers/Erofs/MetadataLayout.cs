using Strata.Layers.Entries;

namespace Strata.Layers.Erofs;

/// <summary>
/// Where everything that follows the data goes: the whole blocks of directories and of long symlinks, then the inodes, both in path order. Places are
/// given before anything is written, as a directory names those of its entries.
/// </summary>
internal sealed class MetadataLayout
{
    private readonly EntryTree _tree;
    private readonly bool _withDevices;
    private readonly DirectoryBlocks _directories;

    /// <summary>Places all inodes of a sorted tree.</summary>
    /// <param name="firstBlock">The first after the data.</param>
    public MetadataLayout(EntryTree tree, long firstBlock, bool withDevices)
    {
        var at = (long)ErofsFormat.ExtendedInodeSize; // an inode number 0 would be taken for a removed entry
        var block = firstBlock;
        (_tree, _withDevices, _directories) = (tree, withDevices, new(tree));
        tree.ForgetPlaces();
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
        BlockCount = block + ErofsFormat.BlocksOf(at + ErofsFormat.AttributesHeaderSize); // fsck.erofs reads so much after an inode that has no attributes too
    }

    /// <summary>Bytes that follow the inode and its attributes.</summary>
    private long PlaceData(int node, ref Inode inode, int head, ref long block)
    {
        if (inode.Has(InodeMarks.Pieces))
        {
            HasPieces = true;
            var map = new ChunkMap(_tree.PiecesOf(inode), _withDevices);
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

    public uint MetadataBlock { get; }

    /// <summary>Of the whole image.</summary>
    public long BlockCount { get; }

    public int InodeCount { get; }

    public bool HasPieces { get; private set; }
}
