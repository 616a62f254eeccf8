using Strata.Caching.Entries;
using Strata.Caching.Revoking;
using Strata.Cli.Configuration;
using Strata.Images.Revoking;
using Strata.Metadata;
using Strata.Tenancy.Revoking;

namespace Strata.Cli.Cache;

/// <summary>After a run, and by <c>strata cache gc</c>: revocations are settled, then what is too old or over a limit goes.</summary>
internal static class CacheUpkeep
{
    /// <summary>Of everything that can be revoked.</summary>
    public static Revocations OpenRevocations(Database database) => new(database, TimeProvider.System, [new CacheRevocable(), new ImageLayerRevocable()]);

    public static async Task<GcResult> RunAsync(Database database, CacheSettings settings, CancellationToken cancellationToken)
    {
        var revoked = await OpenRevocations(database).SettleAsync(cancellationToken).ConfigureAwait(false);
        var swept = await new CacheCatalog(database, TimeProvider.System).SweepAsync(settings.SweepPolicy, cancellationToken).ConfigureAwait(false);
        return new(revoked, swept.Expired, swept.Evicted, swept.Forgotten, swept.FreedBytes);
    }
}
