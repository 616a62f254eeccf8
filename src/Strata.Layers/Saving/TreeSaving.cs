using Strata.Core;
using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Secrets;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Layers.Saving;

/// <summary>What became of a directory of a job, as a difference to what was restored there (DESIGN §5): the files that only image or source hold are not part of it.</summary>
/// <param name="gate">Asked before anything is stored.</param>
public sealed class TreeSaving(ILayerPlace place, SecretGate gate)
{
    /// <summary>What was restored was copied to where the job writes: the overlay does not stand on it.</summary>
    public bool IsBasisWritten { get; init; }

    /// <param name="path">The directory, from the overlay's root.</param>
    /// <param name="except">Directories below that are saved on their own, and other names that are left out.</param>
    /// <param name="basis">What was restored there, bottom first; empty: nothing. Held by the caller.</param>
    /// <param name="choice">What of it is meant; null: all.</param>
    /// <exception cref="IOException">Something cannot be read, or the disk is full or fails: nothing is stored.</exception>
    /// <exception cref="HostileArchiveException">Something has no place in a layer.</exception>
    /// <exception cref="DamagedLayerException">A layer it stands on contradicts itself.</exception>
    public async Task<SaveOutcome> SaveAsync(
        WrittenOverlay overlay, byte[] path, IReadOnlyList<byte[]> except, IReadOnlyList<LayerLease> basis, PathChoice? choice, CancellationToken cancellationToken)
    {
        var below = basis.Select(LowerLayer.Of).ToList();
        var (before, was) = await ReadAsync(overlay, below, cancellationToken).ConfigureAwait(false);
        using var write = place.Start();
        PackedLayer packed;
        using (var difference = overlay.Difference(path, new(() => IsBasisWritten ? MergedTree.Empty : MergedTree.Of(before)), except, choice is null ? null : name => !choice.MayWant(name), cancellationToken))
        {
            if (!difference.IsPresent)
            {
                return new SaveOutcome.Absent();
            }

            var entries = choice is null ? difference.Entries : ChosenEntries.Of(difference.Entries, choice, path);
            if (entries is [] or [{ Entry: { Kind: EntryKind.Directory, Path: [] } }])
            {
                return basis.Count > 0 && !IsBasisWritten ? new SaveOutcome.Unchanged() : new SaveOutcome.Empty();
            }

            if (IsBasisWritten && basis.Count > 0)
            {
                entries = BaseDifference.Of(entries, MergedTree.Of(before), cancellationToken);
                if (entries.Count == 0)
                {
                    return new SaveOutcome.Unchanged();
                }
            }

            using var builder = new LayerBuilder(write.Target);
            await builder.AddAllAsync(entries, cancellationToken).ConfigureAwait(false);
            packed = builder.Finish() with { Dropped = difference.Dropped };
        }

        if (basis.Count == 0)
        {
            return await LayerKeeping.StoreAsync(write, packed, gate, path, cancellationToken).ConfigureAwait(false);
        }

        LayerIndex[] after = [.. before, LayerIndex.Open(write.Target.IndexPath!)];
        var now = Summarize(after, cancellationToken);
        if (now.Tree == was)
        {
            return new SaveOutcome.Unchanged();
        }

        if (now.Names == 0)
        {
            return new SaveOutcome.Empty();
        }

        if (gate.Check(write.Target, path, cancellationToken) is { Count: > 0 } finds)
        {
            return new SaveOutcome.Blocked(finds);
        }

        var commit = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
        try
        {
            if (SquashPolicy.ShouldSquash(basis.Count + 1, now.TotalBytes, now.VisibleBytes))
            {
                using (commit)
                {
                    return await SquashAsync(MergedTree.Of(after), [.. below, LowerLayer.Of(commit.Lease!)], overlay.Scratch, path, cancellationToken).ConfigureAwait(false);
                }
            }

            var layers = basis.Select(static lease => lease.Digest).Append(packed.Digest).ToList();
            return new SaveOutcome.Saved(new(layers, now.Tree, now.VisibleBytes, now.Names), [commit.Lease!], packed.SizeBytes, packed.Dropped);
        }
        catch
        {
            commit.Dispose();
            throw;
        }
    }

    /// <summary>What was restored, and the digest of what it shows; beside it what the overlay stands on is read.</summary>
    private static async Task<(IReadOnlyList<LayerIndex> Indexes, Digest? Shown)> ReadAsync(WrittenOverlay overlay, List<LowerLayer> restored, CancellationToken cancellationToken)
    {
        var reading = Task.Run(() => overlay.Lowers, cancellationToken);
        try
        {
            var indexes = restored.ConvertAll(static layer => layer.ReadIndex());
            return (indexes, indexes.Count == 0 ? null : Summarize(indexes, cancellationToken).Tree);
        }
        finally
        {
            await reading.ConfigureAwait(false);
        }
    }

    private static MergedSummary Summarize(IReadOnlyList<LayerIndex> layers, CancellationToken cancellationToken) =>
        IndexSummarizing.TryCompute(layers, ViewSelection.All, cancellationToken) is { } summary
            ? new(summary.Tree, summary.VisibleBytes, summary.TotalBytes, summary.Names)
            : MergedSummary.Of(MergedTree.Of(layers));

    /// <summary>One layer in the place of several.</summary>
    private async Task<SaveOutcome> SquashAsync(MergedTree tree, IReadOnlyList<LowerLayer> layers, string scratch, byte[] at, CancellationToken cancellationToken)
    {
        using var contents = new LowerContents(layers, tree, scratch);
        using var write = place.Start();
        using var builder = new LayerBuilder(write.Target);
        await builder.AddAllAsync([.. LayerWriting.Squashed(tree, contents.Open)], cancellationToken).ConfigureAwait(false);
        return await LayerKeeping.StoreAsync(write, builder.Finish(), gate, at, cancellationToken).ConfigureAwait(false);
    }
}
