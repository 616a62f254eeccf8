using Strata.Core;
using Strata.Layers.Store;
using Strata.Storage;
using Strata.Storage.Blobs;

namespace Strata.Layers.Remote;

/// <summary>To an organization's blobs. Layers go one after the other: the parts of each go side by side.</summary>
internal sealed class LayerUploads(IBlobArchive archive, TimeProvider time) : ILayerUploads
{
    private readonly StoreSilence _silence = new(time);

    public Task WarmUpAsync(CancellationToken cancellationToken) => archive.WarmUpAsync(cancellationToken);

    public async ValueTask<UploadedLayers> EnsureAsync(IReadOnlyList<LayerLease> layers, StoreContext context, CancellationToken cancellationToken)
    {
        if (context.IsHint && layers.Count > 0 && _silence.Reason is { } why)
        {
            throw new BlobStoreException(BlobFault.Unavailable, why);
        }

        try
        {
            return await SendAsync(layers, context, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.Unavailable or BlobFault.Stalled)
        {
            _silence.Note(e.Message);
            throw;
        }
    }

    public async ValueTask<string?> CheckAsync(IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken)
    {
        foreach (var layer in layers)
        {
            if (await archive.CheckAsync(layer, cancellationToken).ConfigureAwait(false) is { } problem)
            {
                return $"layer {layer.Short}: {problem}";
            }
        }

        return null;
    }

    private async ValueTask<UploadedLayers> SendAsync(IReadOnlyList<LayerLease> layers, StoreContext context, CancellationToken cancellationToken)
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
