using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Tar;

namespace Strata.Layers.Views;

/// <summary>A name in a directory of a stack, as an overlay of its layers shows it.</summary>
/// <param name="Directory">Of a directory; else null.</param>
internal readonly record struct StackName(ReadOnlyMemory<byte> Name, EntryKind Kind, ViewLayer Layer, ulong Nid, StackDirectory? Directory);

/// <summary>A directory's part in one layer.</summary>
internal readonly record struct StackPlace(ViewLayer Layer, ulong Nid, RawInode Inode, IReadOnlyList<Xattr> Attributes)
{
    public static StackPlace Read(ViewLayer layer, ulong nid, ReadOnlySpan<byte> shownPath)
    {
        var inode = layer.Nodes.Read(nid, EntryKind.Directory, shownPath);
        return new(layer, nid, inode, layer.Nodes.Attributes(inode));
    }

    /// <summary>Whether nothing of the layers below is to be seen.</summary>
    public bool IsOpaque
    {
        get
        {
            foreach (var attribute in Attributes)
            {
                if (attribute.Name.AsSpan().SequenceEqual(AttributePolicy.OpaqueMark))
                {
                    return true;
                }
            }

            return false;
        }
    }
}
