using Strata.Layers.Entries;
using Strata.Layers.Erofs;

namespace Strata.Layers.Views;

/// <summary>A name a part shows.</summary>
/// <param name="layer">Null: a directory that only leads to the part's prefix.</param>
/// <param name="attributes">Of directories; others' are read when they are needed.</param>
internal readonly struct ViewName(ViewLayer? layer, ulong nid, RawInode inode, IReadOnlyList<Xattr> attributes)
{
    public readonly RawInode Inode = inode; // large: read in place

    public ViewLayer? Layer => layer;

    public ulong Nid => nid;

    public IReadOnlyList<Xattr> Attributes => attributes;

    public bool IsDirectory => layer is null || Inode.Kind is EntryKind.Directory;
}
