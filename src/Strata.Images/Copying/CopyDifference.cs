using System.Globalization;
using Strata.Core.Explain;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Images.Copying;

/// <summary>Which files a copy changes, against the layer that was written for the same step before.</summary>
internal static class CopyDifference
{
    private const int ShownMax = 10;

    /// <param name="now">From <see cref="PlannedCopy.Placed"/>.</param>
    /// <returns>In path order, at most ten, then how many more there are; empty: nothing but directories above what is copied.</returns>
    /// <exception cref="Layers.DamagedLayerException">The index makes no sense.</exception>
    public static IReadOnlyList<InputChange> Between(LayerIndex before, IReadOnlyList<IndexEntry> now)
    {
        var states = new Dictionary<byte[], string>(NameComparer.Instance);
        foreach (var entry in before.Entries())
        {
            states[entry.Entry.Path] = StateOf(entry);
        }

        var changes = new SortedDictionary<byte[], InputChange>(Comparer<byte[]>.Create(static (a, b) => PathOrder.Compare(a, b)));
        foreach (var entry in now)
        {
            var state = StateOf(entry);
            if (!states.Remove(entry.Entry.Path, out var was) || was != state)
            {
                changes.Add(entry.Entry.Path, new(NameOf(entry.Entry.Path), was, state));
            }
        }

        foreach (var (path, was) in states)
        {
            changes.Add(path, new(NameOf(path), was, null));
        }

        return changes.Count <= ShownMax
            ? [.. changes.Values]
            : [.. changes.Values.Take(ShownMax), new("files", null, string.Create(CultureInfo.InvariantCulture, $"{changes.Count - ShownMax} more changed"))];
    }

    private static string NameOf(byte[] path) => $"file /{PosixPath.Show(path)}";

    private static string StateOf(IndexEntry entry)
    {
        var mode = Convert.ToString(entry.Entry.Mode, 8).PadLeft(4, '0');
        return entry.Entry.Kind switch
        {
            EntryKind.File => $"{entry.Content?.Short} {mode}",
            EntryKind.Directory => $"directory {mode}",
            EntryKind.Symlink => $"link to {PosixPath.Show(entry.Entry.Link)}",
            EntryKind.HardLink => $"another name of {PosixPath.Show(entry.Entry.Link)}",
            _ => $"special file {mode}",
        };
    }
}
