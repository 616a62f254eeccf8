using Strata.Layers.Store;
using Strata.Metadata;

namespace Strata.Caching;

/// <summary>The layers of live entries: they are not collected (docs/format/layer-store.md).</summary>
public sealed class CacheRoots(string dataDirectory) : ILayerRoots
{
    /// <exception cref="DatabaseException">The database cannot be read: what it refers to is not known, so nothing may go.</exception>
    public ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult<IReadOnlySet<LayerName>>(Database.Exists(dataDirectory) ? throw new InvalidOperationException() : new HashSet<LayerName>());

    /// <exception cref="DatabaseException">The database cannot be read.</exception>
    public ValueTask<bool> IsReferencedAsync(LayerName layer, CancellationToken cancellationToken) =>
        ValueTask.FromResult(Database.Exists(dataDirectory) ? throw new InvalidOperationException() : false);
}
