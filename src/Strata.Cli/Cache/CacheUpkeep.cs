using Strata.Caching.Entries;
using Strata.Caching.Revoking;
using Strata.Cli.Configuration;
using Strata.Core.Diagnostics;
using Strata.Images.Revoking;
using Strata.Metadata;
using Strata.Tenancy.Revoking;

namespace Strata.Cli.Cache;

/// <summary>After a run, and by <c>strata cache gc</c>: revocations are settled, then what is too old or over a limit goes.</summary>
internal static class CacheUpkeep
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2); // the next run goes on

    /// <summary>For a run that used caches. Never fails it: what it cannot do now is done another time.</summary>
    public static async ValueTask AfterRunAsync(Database database, CacheSettings settings)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeLimit, TimeProvider.System);
            await RunAsync(database, settings, limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or EnvironmentException)
        {
        }
    }

    /// <summary>Of everything that can be revoked.</summary>
    public static Revocations OpenRevocations(Database database) => new(database, TimeProvider.System, [new CacheRevocable(), new ImageLayerRevocable()]);

    public static async Task<GcResult> RunAsync(Database database, CacheSettings settings, CancellationToken cancellationToken)
    {
        var revoked = await OpenRevocations(database).SettleAsync(cancellationToken).ConfigureAwait(false);
        var swept = await new CacheCatalog(database, TimeProvider.System).SweepAsync(settings.SweepPolicy, cancellationToken).ConfigureAwait(false);
        return new(revoked, swept.Expired, swept.Evicted, swept.Forgotten, swept.FreedBytes);
    }
}
