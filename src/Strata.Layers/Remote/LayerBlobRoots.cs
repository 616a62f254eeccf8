using Strata.Layers.Store;
using Strata.Storage.Garbage;

namespace Strata.Layers.Remote;

/// <summary>What records name as layers, as blobs: the organization's directory is its name there too.</summary>
public sealed class LayerBlobRoots(ILayerRoots layers) : IBlobRoots
{
    public async ValueTask<IReadOnlySet<BlobReference>> ListAsync(CancellationToken cancellationToken) =>
        (await layers.ListAsync(cancellationToken).ConfigureAwait(false)).Select(static layer => new BlobReference(layer.Org.Name, layer.Digest)).ToHashSet();
}
