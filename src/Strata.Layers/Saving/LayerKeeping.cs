using Strata.Layers.Packing;
using Strata.Layers.Secrets;
using Strata.Layers.Store;

namespace Strata.Layers.Saving;

/// <summary>A layer that is all of a tree is stored, if no secret is in it.</summary>
internal static class LayerKeeping
{
    /// <param name="at">Where the tree lies, from the overlay's root.</param>
    public static async Task<SaveOutcome> StoreAsync(LayerWrite write, PackedLayer packed, SecretGate gate, byte[] at, CancellationToken cancellationToken)
    {
        if (gate.Check(write.Target, at, cancellationToken) is { Count: > 0 } finds)
        {
            return new SaveOutcome.Blocked(finds);
        }

        var commit = await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false);
        return new SaveOutcome.Saved(
            new([packed.Digest], packed.TreeDigest, packed.ContentBytes, packed.EntryCount - 1), [commit.Lease!], packed.SizeBytes, packed.Dropped);
    }
}
