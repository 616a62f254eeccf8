using Strata.Artifacts.Revoking;
using Strata.Caching.Entries;
using Strata.Caching.Life;
using Strata.Caching.Revoking;
using Strata.Cli.Configuration;
using Strata.Images.Revoking;
using Strata.Layers.Store;
using Strata.Metadata;
using Strata.Tenancy.Revoking;

namespace Strata.Cli.Upkeep;

/// <summary>After a run, and by <c>strata cache gc</c>: revocations are settled, then what is too old or over a limit goes.</summary>
internal static class CacheUpkeep
{
    /// <summary>Of everything that can be revoked.</summary>
    public static Revocations OpenRevocations(Database database) => new(database, TimeProvider.System, [new CacheRevocable(), new ImageLayerRevocable(), new ArtifactRevocable(TimeProvider.System)]);

    /// <param name="part">Whose entries go. Revocations are settled for all.</param>
    /// <param name="removesAll">Layers too that earlier sweeps, or a user, took out of use.</param>
    public static async Task<CacheSweep> RunAsync(
        Database database, string dataDirectory, ConfigurationFile configuration, CachePart part, bool removesAll, CancellationToken cancellationToken)
    {
        var revoked = await OpenRevocations(database).SettleAsync(cancellationToken).ConfigureAwait(false);
        var catalog = new CacheCatalog(database, TimeProvider.System);
        var swept = await catalog.SweepAsync(PolicyOf(dataDirectory, configuration), part, cancellationToken).ConfigureAwait(false);
        var (layers, bytes) = removesAll || swept.FreedBytes > 0 ? await CacheLayerRemoval.RunAsync(catalog, part, dataDirectory, cancellationToken).ConfigureAwait(false) : default;
        return new(revoked, swept, layers, bytes);
    }

    /// <summary>What <see cref="RunAsync"/> would take out of use now. Nothing is changed; whoever wants to write waits until it is known.</summary>
    public static async Task<CacheSweep> RehearseAsync(Database database, string dataDirectory, ConfigurationFile configuration, CachePart part, CancellationToken cancellationToken)
    {
        var policy = PolicyOf(dataDirectory, configuration);
        return await database.RehearseAsync(
            sql => new CacheSweep(OpenRevocations(database).Settle(sql), new CacheCatalog(database, TimeProvider.System).Sweep(sql, policy, part), 0, 0), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Where nothing is said, and layers are on this disk alone, caches may take what the layer store may.</summary>
    private static SweepPolicy PolicyOf(string dataDirectory, ConfigurationFile configuration)
    {
        var policy = configuration.Cache.SweepPolicy;
        return configuration.Storage is not null || policy.SizeBytesMax is not null ? policy
            : policy with { SizeBytesMax = configuration.LayersBytesMax ?? new LocalLayerStore(dataDirectory, TimeProvider.System).DefaultCapBytes() };
    }
}

/// <param name="Revoked">Products that revocations have hidden, and that are settled now.</param>
/// <param name="LayersRemoved">Of this host.</param>
internal sealed record CacheSweep(int Revoked, SweepReport Swept, int LayersRemoved, long BytesRemoved);
