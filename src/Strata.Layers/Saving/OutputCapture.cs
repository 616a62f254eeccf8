using Strata.Core.Globs;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Layers.Saving;

/// <summary>What a command left at its output paths, which were absent when it started, as one layer rooted at the workspace.</summary>
public static class OutputCapture
{
    /// <param name="overlay">Frozen.</param>
    /// <param name="modified">Of everything: when something was made says nothing about it.</param>
    /// <returns>The layer, which the caller disposes, not looked through for secrets; null: nothing is there.</returns>
    /// <exception cref="IOException">Something cannot be read, or the disk is full or fails: nothing is stored.</exception>
    /// <exception cref="HostileArchiveException">Something has no place in a layer.</exception>
    public static async Task<CapturedOutputs?> CaptureAsync(
        ILayerPlace place, WrittenOverlay overlay, GlobSet outputs, Timestamp modified, CancellationToken cancellationToken)
    {
        var choice = PathChoice.Of(outputs);
        using var difference = overlay.Difference([], MergedTree.Empty, [], path => !choice.MayWant(path), cancellationToken);
        var entries = Chosen(difference.Entries, choice);
        if (entries.Count == 0)
        {
            return null;
        }

        using var write = place.Start();
        using var builder = new LayerBuilder(write.Target);
        builder.AddAll(entries.Select(chosen => chosen with { Entry = chosen.Entry with { Modified = modified } }), cancellationToken);
        var packed = builder.Finish();
        var commit = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
        return new(new([packed.Digest], packed.TreeDigest, packed.ContentBytes, packed.EntryCount - 1), commit.Lease!, packed.SizeBytes, difference.Dropped + packed.Dropped);
    }

    /// <summary>What is wanted and the directories above. A file whose first name is not wanted comes under the next that is.</summary>
    private static List<DifferenceEntry> Chosen(IReadOnlyList<DifferenceEntry> all, PathChoice choice)
    {
        var (chosen, above) = (new HashSet<byte[]>(NameComparer.Instance), new HashSet<byte[]>(NameComparer.Instance) { Array.Empty<byte>() });
        foreach (var (entry, _) in all)
        {
            if (entry.Path.Length > 0 && !entry.IsWhiteout && choice.Wants(entry.Path, entry.Kind is EntryKind.Directory))
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

/// <param name="Layer">The one layer of the tree.</param>
/// <param name="WrittenBytes">Of its image.</param>
/// <param name="Dropped">Names and attributes that layers have no place for.</param>
public sealed record CapturedOutputs(StoredTree Tree, LayerLease Layer, long WrittenBytes, long Dropped) : IDisposable
{
    public void Dispose() => Layer.Dispose();
}
