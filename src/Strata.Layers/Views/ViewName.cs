using Strata.Layers.Entries;
using Strata.Layers.Erofs;

namespace Strata.Layers.Views;

/// <summary>A name a part shows.</summary>
/// <param name="Layer">Null: a directory that only leads to the part's prefix.</param>
/// <param name="Attributes">Of directories; others' are read when they are needed.</param>
internal readonly record struct ViewName(ViewLayer? Layer, ulong Nid, RawInode Inode, IReadOnlyList<Xattr> Attributes)
{
    public bool IsDirectory => Layer is null || Inode.Kind is EntryKind.Directory;
}
