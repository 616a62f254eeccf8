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
        using var difference = overlay.Difference([], new(MergedTree.Empty), [], path => !choice.MayWant(path), cancellationToken);
        var entries = ChosenEntries.Of(difference.Entries, choice, []);
        if (entries.Count == 0)
        {
            return null;
        }

        using var write = place.Start();
        using var builder = new LayerBuilder(write.Target);
        await builder.AddAllAsync([.. entries.Select(chosen => chosen with { Entry = chosen.Entry with { Modified = modified } })], cancellationToken).ConfigureAwait(false);
        var packed = builder.Finish();
        var commit = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
        return new(new([packed.Digest], packed.TreeDigest, packed.ContentBytes, packed.EntryCount - 1), commit.Lease!, packed.SizeBytes, difference.Dropped + packed.Dropped);
    }
}

/// <param name="Layer">The one layer of the tree.</param>
/// <param name="WrittenBytes">Of its image.</param>
/// <param name="Dropped">Names and attributes that layers have no place for.</param>
public sealed record CapturedOutputs(StoredTree Tree, LayerLease Layer, long WrittenBytes, long Dropped) : IDisposable
{
    public void Dispose() => Layer.Dispose();
}
