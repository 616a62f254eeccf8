using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Trees;

namespace Strata.Layers.Views;

/// <summary>What a job's file system stands on, as one tree.</summary>
public static class LowerTrees
{
    public static ILowerTree Of(MergedTree layers) => new Layers(layers);

    /// <summary>A directory of this host.</summary>
    /// <param name="owners">How the owners of its files are written.</param>
    public static ILowerTree OfDirectory(string directory, OwnerPolicy owners) => new HostTree(directory, owners);

    /// <summary>As an overlay shows them together. None of them hides what is in another but by having it: removals are resolved within each.</summary>
    /// <param name="trees">Bottom first.</param>
    public static ILowerTree Stacked(IReadOnlyList<ILowerTree> trees) => trees.Count == 1 ? trees[0] : new Stack(trees);

    /// <summary>A tree with another mounted in it: a job's root with its workspace.</summary>
    /// <param name="at">Need not be there.</param>
    public static ILowerTree WithMount(ILowerTree root, byte[] at, ILowerTree mounted) => new Mount(root, at, mounted);

    private sealed class Layers(MergedTree layers) : ILowerTree
    {
        public LayerEntry? Find(ReadOnlySpan<byte> path) => layers.Find(path)?.Entry;
    }

    private sealed class Mount(ILowerTree root, byte[] at, ILowerTree mounted) : ILowerTree
    {
        public LayerEntry? Find(ReadOnlySpan<byte> path) =>
            path.SequenceEqual(at) ? mounted.Find([])
            : TreePath.IsBelow(path, at) ? mounted.Find(path[(at.Length + 1)..])
            : root.Find(path) ?? (TreePath.IsBelow(at, path) ? MadeForMount(path) : null);

        private static LayerEntry MadeForMount(ReadOnlySpan<byte> path) => new()
        {
            Kind = EntryKind.Directory, Path = path.ToArray(), Mode = 0x1ed, User = 0, Group = 0, Modified = ViewDirectory.DefaultModified,
        };
    }

    private sealed class Stack(IReadOnlyList<ILowerTree> trees) : ILowerTree
    {
        public LayerEntry? Find(ReadOnlySpan<byte> path)
        {
            var seen = new List<ILowerTree>(trees.Reverse()); // those whose part of the directory is seen, topmost first
            for (var end = 0; ;)
            {
                var shown = Find(path[..end], ref seen);
                if (shown is null || end == path.Length)
                {
                    return shown;
                }

                if (shown.Kind is not EntryKind.Directory)
                {
                    return null;
                }

                var start = end == 0 ? 0 : end + 1;
                var length = path[start..].IndexOf((byte)'/');
                end = length < 0 ? path.Length : start + length;
            }
        }

        private static LayerEntry? Find(ReadOnlySpan<byte> path, ref List<ILowerTree> seen)
        {
            LayerEntry? shown = null;
            var below = new List<ILowerTree>(seen.Count);
            foreach (var tree in seen)
            {
                if (tree.Find(path) is not { } entry)
                {
                    continue;
                }

                shown ??= entry;
                if (entry.Kind is not EntryKind.Directory)
                {
                    break;
                }

                below.Add(tree);
            }

            seen = below;
            return shown;
        }
    }
}
