using Strata.Layers.Differences;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Layers.Saving;

/// <summary>
/// What a job has written so far, as a layer over what it stands on: for views that give the files it sees now times of their own, so it keeps none: the same changes are
/// the same layer. Not for records: no secret is looked for.
/// </summary>
public static class LiveChanges
{
    /// <param name="mayWant">Of a path from the overlay's root: whether it, or anything below, will be looked at. What is removed is told in any case.</param>
    /// <returns>The caller disposes it. Null: nothing of it changed.</returns>
    /// <exception cref="IOException">Something cannot be read, or the disk is full or fails.</exception>
    /// <exception cref="HostileArchiveException">Something has no place in a layer.</exception>
    /// <exception cref="DamagedLayerException">A layer it stands on contradicts itself.</exception>
    public static async Task<LayerLease?> StoreAsync(ILayerPlace place, WrittenOverlay overlay, Func<byte[], bool> mayWant, CancellationToken cancellationToken)
    {
        if (overlay.IsUntouched())
        {
            return null; // no index of what lies below is read
        }

        bool LeavesOut(byte[] path) => !mayWant(path);
        using var difference = overlay.Verbatim(LeavesOut, cancellationToken) ?? overlay.Difference([], null, [], LeavesOut, cancellationToken);
        if (difference.Entries.Count == 0)
        {
            return null;
        }

        using var write = place.Start();
        using var builder = new LayerBuilder(write.Target);
        builder.AddAll(difference.Entries.Select(static one => one with { Entry = one.Entry with { Modified = ViewDirectory.DefaultModified } }), cancellationToken);
        return (await write.CommitAsync(builder.Finish(), cancellationToken).ConfigureAwait(false)).Lease!;
    }
}
