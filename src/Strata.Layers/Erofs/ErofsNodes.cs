using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Erofs;

/// <summary>
/// The inodes of an image for one walk, checked. The walk reads each inode and what belongs to it once: what it reads in all is held against the size of
/// the image, so that a small one cannot be read for ever.
/// </summary>
internal sealed class ErofsNodes
{
    private readonly ErofsFile _file;
    private readonly ErofsHead _head;
    private readonly AttributeDecoding _attributes;
    private readonly ExtentDecoding _extents;
    private readonly HashSet<ulong> _directories = [];

    public ErofsNodes(ErofsFile file, ErofsHead head)
    {
        (_file, _head, _attributes, _extents) = (file, head, new(file, head), new(file, head));
        file.ResetClaims();
    }

    public ulong Root => _head.RootNid;

    /// <param name="kind">What its directory says that it is.</param>
    /// <param name="shownPath">For messages.</param>
    public RawInode Read(ulong nid, EntryKind kind, ReadOnlySpan<byte> shownPath)
    {
        var inode = RawInode.Read(_file, _head, nid);
        return inode.Kind == kind ? inode : throw Damaged(shownPath, "its directory says that it is something else");
    }

    public List<DirectoryName> Names(ulong nid, in RawInode directory, ReadOnlySpan<byte> shownPath) =>
        _directories.Add(nid) ? DirectoryDecoding.Read(_file, directory) : throw Damaged(shownPath, "the directory has a second name");

    public IReadOnlyList<Xattr> Attributes(in RawInode inode) => inode.AttributesSize == 0 ? [] : _attributes.Read(inode);

    /// <returns>The caller's to change, until the next are read.</returns>
    public Span<DataExtent> Extents(in RawInode file) => _extents.Read(file);

    public byte[] Target(in RawInode symlink, ReadOnlySpan<byte> shownPath)
    {
        if (symlink.Size is 0 or >= PosixPath.LengthMax)
        {
            throw Damaged(shownPath, "its target is empty or too long");
        }

        var target = new byte[symlink.Size];
        symlink.ReadFlat(_file, target);
        return target.AsSpan().Contains((byte)0) ? throw Damaged(shownPath, "its target contains a NUL byte") : target;
    }

    private static DamagedLayerException Damaged(ReadOnlySpan<byte> path, string reason) => new($"{PosixPath.Show(path)}: the image is damaged: {reason}.");
}
