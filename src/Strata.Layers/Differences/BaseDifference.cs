using Strata.Core;
using Strata.Layers.Entries;
using Strata.Layers.Trees;

namespace Strata.Layers.Differences;

/// <summary>
/// From all names of a tree to those that a layer on a base needs: laid on it, the layer shows that tree and nothing else. For a base whose content was copied into
/// an overlay's upper, where nothing says what of it is as it was but the content.
/// </summary>
internal static class BaseDifference
{
    /// <param name="tree">In path order, its root first; without whiteouts.</param>
    /// <returns>In path order. Empty: nothing differs.</returns>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static IReadOnlyList<DifferenceEntry> Of(IReadOnlyList<DifferenceEntry> tree, MergedTree @base, CancellationToken cancellationToken)
    {
        var otherNames = tree.Where(static one => one.Entry.Kind is EntryKind.HardLink).ToLookup(static one => one.Entry.Link, static one => one.Entry.Path, NameComparer.Instance);
        var files = new Dictionary<byte[], Candidate>(NameComparer.Instance); // those with several names, by the first
        var claimed = new HashSet<int>();
        var found = new DifferenceList();
        foreach (var one in tree.Concat(Gone(tree, @base)).OrderBy(static one => one.Entry.Path, Comparer<byte[]>.Create(static (a, b) => PathOrder.Compare(a, b))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (one.Entry.Kind is EntryKind.HardLink)
            {
                var (file, isFileChanged, number) = files[one.Entry.Link];
                found.Add(file.Entry with { Path = one.Entry.Path }, isFileChanged, file.OpenContent, number);
                continue;
            }

            byte[][] names = [one.Entry.Path, .. otherNames[one.Entry.Path]];
            var isChanged = one.Entry.IsWhiteout || !IsSame(one, names, @base, claimed, cancellationToken);
            (ulong, ulong)? identity = names.Length > 1 ? (0, (ulong)files.Count) : null;
            if (identity is { } several)
            {
                files.Add(one.Entry.Path, new(one, isChanged, several));
            }

            found.Add(one.Entry, isChanged, one.OpenContent, identity);
        }

        return found.Finish();
    }

    /// <param name="names">All of it.</param>
    /// <param name="claimed">Files of the base that others of the tree are.</param>
    private static bool IsSame(DifferenceEntry one, byte[][] names, MergedTree @base, HashSet<int> claimed, CancellationToken cancellationToken)
    {
        if (@base.Find(names[0]) is not { } first
            || (first.LinkGroup == 0 && names.Length > 1)
            || !Array.TrueForAll(names, name => @base.Find(name) is { } below && below.LinkGroup == first.LinkGroup && EntryComparison.IsSame(one.Entry, below.Entry)))
        {
            return false;
        }

        return (one.OpenContent is null || first.Content == HashOf(one.OpenContent, cancellationToken)) && (first.LinkGroup == 0 || claimed.Add(first.LinkGroup));
    }

    private static Digest HashOf(Func<Microsoft.Win32.SafeHandles.SafeFileHandle> open, CancellationToken cancellationToken)
    {
        using var file = open();
        return UpperReader.HashOf(file, cancellationToken);
    }

    /// <summary>The topmost names that only the base has.</summary>
    private static IEnumerable<DifferenceEntry> Gone(IReadOnlyList<DifferenceEntry> tree, MergedTree @base)
    {
        var present = tree.Select(static one => one.Entry.Path).ToHashSet(NameComparer.Instance);
        return tree
            .Where(one => one.Entry.Kind is EntryKind.Directory && @base.Find(one.Entry.Path)?.Entry.Kind is EntryKind.Directory)
            .SelectMany(one => @base.List(one.Entry.Path).Select(child => TreePath.Join(one.Entry.Path, child.Name)))
            .Where(path => !present.Contains(path))
            .Select(static path => new DifferenceEntry(LayerDifference.Whiteout(path), null));
    }

    private sealed record Candidate(DifferenceEntry File, bool IsChanged, (ulong, ulong) Number);
}
