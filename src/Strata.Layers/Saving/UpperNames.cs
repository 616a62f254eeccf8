using Microsoft.Win32.SafeHandles;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Saving;

/// <summary>What an overlay's upper holds, by name: cheap whatever lies below.</summary>
internal static class UpperNames
{
    private const int DepthMax = 256;

    /// <summary>
    /// Files, links, removals, and directories that are empty, renamed or stand for what was removed, in path order; not what was made to mount on. A name may be as it was below: it was
    /// written to.
    /// </summary>
    /// <param name="countMax">No more than these.</param>
    /// <exception cref="IOException">Something cannot be read.</exception>
    public static IReadOnlyList<byte[]> List(UpperDirectory upper, int countMax, Func<byte[], bool, bool>? leavesOut) => Find(upper, countMax, withDirectories: false, leavesOut);

    /// <summary>Whether there is anything, an empty directory included.</summary>
    public static bool Any(UpperDirectory upper) => Find(upper, 1, withDirectories: true, null).Count > 0;

    private static List<byte[]> Find(UpperDirectory upper, int countMax, bool withDirectories, Func<byte[], bool, bool>? leavesOut)
    {
        var request = new DifferenceRequest { Upper = upper.Path, Lowers = MergedTree.Empty, OpenLower = static _ => throw new InvalidOperationException(), Owners = upper.Owners, UserXattr = upper.UserXattr };
        var search = new Search(new UpperReader(request), new(upper.MountPoints, NameComparer.Instance), countMax, withDirectories, leavesOut);
        using var root = DirectoryHandle.Open(upper.Path);
        using var handle = new SafeFileHandle(root.File, ownsHandle: false);
        search.AddBelow(handle, [], 0);
        return search.Found;
    }

    private sealed class Search(UpperReader reader, HashSet<byte[]> mountPoints, int countMax, bool withDirectories, Func<byte[], bool, bool>? leavesOut)
    {
        private int _leftOut; // each with all below it

        public List<byte[]> Found { get; } = [];

        private int Met => Found.Count + _leftOut;

        public void AddBelow(SafeFileHandle directory, byte[] path, int depth)
        {
            foreach (var entry in reader.Read(directory))
            {
                if (Found.Count >= countMax)
                {
                    return;
                }

                var below = TreePath.Join(path, entry.Name);
                if (leavesOut?.Invoke(below, entry.Entry.Kind is EntryKind.Directory) == true)
                {
                    _leftOut++;
                    continue;
                }

                if (entry.Entry.Kind is not EntryKind.Directory || entry.IsWhiteout || depth >= DepthMax)
                {
                    Add(below);
                    continue;
                }

                using var child = UpperReader.TryOpenDirectory(directory, entry.Name);
                var before = Met;
                if (child is not null)
                {
                    AddBelow(child, below, depth + 1);
                }

                if (withDirectories || entry.Redirect is not null || (entry.IsOpaque && Met == before))
                {
                    Add(below);
                }
            }
        }

        private void Add(byte[] path)
        {
            if (!mountPoints.Contains(path))
            {
                Found.Add(path);
            }
        }
    }
}
