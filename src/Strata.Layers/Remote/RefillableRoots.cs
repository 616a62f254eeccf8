using Strata.Layers.Store;

namespace Strata.Layers.Remote;

/// <summary>What may not be collected on a host whose layers are copies: what records name, less what can be fetched again.</summary>
public sealed class RefillableRoots(ILayerRoots all, CachedLayerStore store) : ILayerRoots
{
    public async ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken)
    {
        var kept = new HashSet<LayerName>();
        foreach (var layer in await all.ListAsync(cancellationToken).ConfigureAwait(false))
        {
            if (!await store.IsStoredAsync(layer, cancellationToken).ConfigureAwait(false))
            {
                kept.Add(layer);
            }
        }

        return kept;
    }

    public async ValueTask<bool> IsReferencedAsync(LayerName layer, CancellationToken cancellationToken) =>
        !await store.IsStoredAsync(layer, cancellationToken).ConfigureAwait(false) && await all.IsReferencedAsync(layer, cancellationToken).ConfigureAwait(false);
}
