using Strata.Caching.Entries;
using Strata.Layers.Store;

namespace Strata.Cli.Upkeep;

/// <summary>The files of layers that only entries out of use have: they go at once, and not only when the layer store is over its own limit.</summary>
internal static class CacheLayerRemoval
{
    /// <returns>Layers removed here, and their bytes. What something names or holds stays.</returns>
    public static async Task<(int Layers, long Bytes)> RunAsync(CacheCatalog catalog, CachePart part, string dataDirectory, CancellationToken cancellationToken)
    {
        var sizes = new Dictionary<LayerName, long>(); // of several repositories one layer
        foreach (var (organization, digest, sizeBytes) in await catalog.ListUnneededLayersAsync(part, cancellationToken).ConfigureAwait(false))
        {
            sizes[new(LayerOrg.Of(organization), digest)] = sizeBytes;
        }

        if (sizes.Count == 0)
        {
            return default;
        }

        var names = sizes.Keys.ToList();
        var store = new LocalLayerStore(dataDirectory, TimeProvider.System);
        var outcomes = await store.RemoveAsync(names, LocalRoots.Of(dataDirectory), cancellationToken).ConfigureAwait(false);
        var (layers, bytes) = (0, 0L);
        foreach (var (name, outcome) in names.Zip(outcomes))
        {
            (layers, bytes) = outcome is LayerRemoval.Removed ? (layers + 1, bytes + sizes[name]) : (layers, bytes);
        }

        return (layers, bytes);
    }
}
