using Strata.Layers.Store;
using Strata.Storage;

namespace Strata.Layers.Remote;

/// <summary>To an organization's blobs. Layers go one after the other: the parts of each go side by side.</summary>
internal sealed class LayerUploads(IBlobArchive archive) : ILayerUploads
{
    public async ValueTask<UploadedLayers> EnsureAsync(IReadOnlyList<LayerLease> layers, StoreContext context, CancellationToken cancellationToken)
    {
        var total = UploadedLayers.Nothing;
        foreach (var layer in layers)
        {
            using var blob = LayerBlob.Open(layer);
            switch (await archive.StoreAsync(blob.Source, context, cancellationToken).ConfigureAwait(false))
            {
                case StoreOutcome.Stored stored:
                    total = total with
                    {
                        BytesSent = total.BytesSent + stored.BytesSent,
                        Parts = total.Parts + stored.Parts,
                        PartsResumed = total.PartsResumed + stored.PartsResumed,
                        Retries = total.Retries + stored.Retries,
                    };
                    break;
                case StoreOutcome.LeaseLost:
                    return total with { LeaseLost = true };
                default:
                    break;
            }
        }

        return total;
    }
}
