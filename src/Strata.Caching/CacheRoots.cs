using Strata.Caching.Entries;
using Strata.Layers.Store;
using Strata.Metadata;

namespace Strata.Caching;

/// <summary>The layers of live entries: they are not collected (docs/format/layer-store.md).</summary>
public sealed class CacheRoots(string dataDirectory) : ILayerRoots
{
    /// <exception cref="DatabaseException">The database cannot be read: what it refers to is not known, so nothing may go.</exception>
    public ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var names = new HashSet<LayerName>();
        if (Database.Exists(dataDirectory))
        {
            using var database = new Database(dataDirectory, TimeProvider.System);
            foreach (var (organization, layer) in database.Read(LayerSql.ListLive))
            {
                names.Add(new(LayerOrg.Of(organization), layer));
                names.Add(new(LayerOrg.Public, layer)); // an entry may stand on a public layer
            }
        }

        return ValueTask.FromResult<IReadOnlySet<LayerName>>(names);
    }
}
