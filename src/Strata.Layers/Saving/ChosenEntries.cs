using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Trees;

namespace Strata.Layers.Saving;

/// <summary>Of a difference what is wanted, the directories above, and what was removed. A file whose first name is not wanted comes under the next that is.</summary>
internal static class ChosenEntries
{
    /// <param name="root">Of the difference, from the overlay's root.</param>
    public static List<DifferenceEntry> Of(IReadOnlyList<DifferenceEntry> all, PathChoice choice, byte[] root)
    {
        var (chosen, above) = (new HashSet<byte[]>(NameComparer.Instance), new HashSet<byte[]>(NameComparer.Instance) { Array.Empty<byte>() });
        foreach (var (entry, _) in all)
        {
            if (entry.Path.Length > 0 && (entry.IsWhiteout || choice.Wants(TreePath.Join(root, entry.Path), entry.Kind is EntryKind.Directory)))
            {
                chosen.Add(entry.Path);
                for (var length = TreePath.ParentLength(entry.Path); length > 0 && above.Add(entry.Path[..length]);)
                {
                    length = TreePath.ParentLength(entry.Path.AsSpan(0, length));
                }
            }
        }

        if (chosen.Count == 0)
        {
            return [];
        }

        var result = new List<DifferenceEntry>(chosen.Count + above.Count);
        var left = new Dictionary<byte[], DifferenceEntry>(NameComparer.Instance); // files that are not wanted, which others may be names of
        var renamed = new Dictionary<byte[], byte[]>(NameComparer.Instance);
        foreach (var one in all)
        {
            if (!chosen.Contains(one.Entry.Path) && !above.Contains(one.Entry.Path))
            {
                left[one.Entry.Path] = one;
            }
            else if (one.Entry.Kind is not EntryKind.HardLink)
            {
                result.Add(one);
            }
            else if (renamed.TryGetValue(one.Entry.Link, out var first))
            {
                result.Add(one with { Entry = one.Entry with { Link = first } });
            }
            else if (left.TryGetValue(one.Entry.Link, out var file))
            {
                renamed[one.Entry.Link] = one.Entry.Path;
                result.Add(file with { Entry = file.Entry with { Path = one.Entry.Path } });
            }
            else
            {
                result.Add(one);
            }
        }

        return result;
    }
}
