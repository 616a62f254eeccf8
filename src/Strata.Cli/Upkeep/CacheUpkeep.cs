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

    /// <param name="removesAll">Layers too that earlier sweeps, or a user, took out of use.</param>
    public static async Task<CacheSweep> RunAsync(
        Database database, string dataDirectory, ConfigurationFile configuration, bool removesAll, CancellationToken cancellationToken)
    {
        var revoked = await OpenRevocations(database).SettleAsync(cancellationToken).ConfigureAwait(false);
        var catalog = new CacheCatalog(database, TimeProvider.System);
        var swept = await catalog.SweepAsync(PolicyOf(dataDirectory, configuration), cancellationToken).ConfigureAwait(false);
        var (layers, bytes) = removesAll || swept.FreedBytes > 0 ? await CacheLayerRemoval.RunAsync(catalog, dataDirectory, cancellationToken).ConfigureAwait(false) : default;
        return new(revoked, swept, layers, bytes);
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
