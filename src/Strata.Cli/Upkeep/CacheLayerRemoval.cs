using Strata.Caching.Entries;
using Strata.Layers.Store;

namespace Strata.Cli.Upkeep;

/// <summary>The files of layers that only entries out of use have: they go at once, and not only when the layer store is over its own limit.</summary>
internal static class CacheLayerRemoval
{
    /// <returns>Layers removed here, and their bytes. What something names or holds stays.</returns>
    public static async Task<(int Layers, long Bytes)> RunAsync(CacheCatalog catalog, string dataDirectory, CancellationToken cancellationToken)
    {
        var unneeded = await catalog.ListUnneededLayersAsync(cancellationToken).ConfigureAwait(false);
        if (unneeded.Count == 0)
        {
            return default;
        }

        var (store, roots) = (new LocalLayerStore(dataDirectory, TimeProvider.System), LocalRoots.Of(dataDirectory));
        var named = await roots.ListAsync(cancellationToken).ConfigureAwait(false);
        var (layers, bytes) = (0, 0L);
        foreach (var (organization, digest, sizeBytes) in unneeded)
        {
            var name = new LayerName(LayerOrg.Of(organization), digest);
            if (!named.Contains(name) && await store.RemoveAsync(name, roots, cancellationToken).ConfigureAwait(false) is LayerRemoval.Removed)
            {
                (layers, bytes) = (layers + 1, bytes + sizeBytes);
            }
        }

        return (layers, bytes);
    }
}
