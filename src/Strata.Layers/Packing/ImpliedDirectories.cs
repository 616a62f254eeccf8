using Strata.Layers.Entries;
using Strata.Layers.Erofs;
using Strata.Layers.Posix;
using Strata.Layers.Tar;

namespace Strata.Layers.Packing;

/// <summary>
/// Directories that an archive puts something into and has no entry for, often the root among them. In a layer each hides mode, owner, times and attributes of
/// the one below, so it takes them over, as overlayfs does when it copies a directory up.
/// </summary>
internal static class ImpliedDirectories
{
    public static bool Any(EntryTree tree)
    {
        for (var node = 0; node < tree.NodeCount; node++)
        {
            if (tree.InodeOf(node).Has(InodeMarks.Implied))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Where nothing is below, or nothing that is seen, they stay as they are.</summary>
    /// <param name="lowers">Bottom first.</param>
    public static void TakeOver(EntryTree tree, IReadOnlyList<ErofsReader> lowers)
    {
        var path = new byte[PosixPath.LengthMax];
        var absent = new HashSet<int>(); // neither is what is in them: nothing is looked for there
        for (var node = 0; node < tree.NodeCount; node++) // a directory has a lower number than what is in it
        {
            if (!tree.InodeOf(node).Has(InodeMarks.Implied))
            {
                continue;
            }

            if (!absent.Contains(tree.ParentOf(node)) && !IsHidden(tree, node)
                && LowerLayers.Find(lowers, tree.PathOf(node, path).ToArray()) is var (_, below) && below.Entry.Kind is EntryKind.Directory)
            {
                tree.TakeOver(node, below.Entry with { Attributes = AttributePolicy.WithoutMarks(below.Entry.Attributes) });
            }
            else
            {
                absent.Add(node);
            }
        }
    }

    private static bool IsHidden(EntryTree tree, int node)
    {
        while (node != EntryTree.Root)
        {
            node = tree.ParentOf(node);
            if (tree.InodeOf(node).Has(InodeMarks.Opaque))
            {
                return true;
            }
        }

        return false;
    }
}
