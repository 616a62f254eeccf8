using Strata.Caching.Entries;
using Strata.Cli.Configuration;
using Strata.Cli.Output;
using Strata.Core.Diagnostics;
using Strata.Images.Kept;
using Strata.Metadata;

namespace Strata.Cli.Upkeep;

/// <summary>Once in a while a run that has ended, and reported, looks for what is past its time, and whether the layer store is over its limit.</summary>
internal static class StoreUpkeep
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2); // the next run goes on

    /// <summary>Never fails the run: what it cannot do now is done another time.</summary>
    public static async ValueTask AfterRunAsync(LocalPlatform platform, string dataDirectory, ConfigurationFile configuration, bool usedCaches, Terminal terminal)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeLimit, TimeProvider.System);
            await platform.TrimLayersAsync(limit.Token).ConfigureAwait(false);
            await RecordUpkeep.RunIfDueAsync(dataDirectory, configuration.Artifacts, limit.Token).ConfigureAwait(false); // first: what expires need not be kept
            if (usedCaches)
            {
                using var database = new Database(dataDirectory, TimeProvider.System);
                await CacheUpkeep.RunAsync(database, dataDirectory, configuration, CachePart.All, removesAll: false, limit.Token).ConfigureAwait(false);
            }

            var outcome = await new LayerCollector(dataDirectory, LocalRoots.Of(dataDirectory), configuration.LayersBytesMax, TimeProvider.System).RunIfDueAsync(limit.Token).ConfigureAwait(false);
            if (outcome?.Warning is { } warning)
            {
                DiagnosticOutput.Print(warning, terminal);
            }

            await StorageUpkeep.RunIfDueAsync(platform.Storage?.Archives, dataDirectory).ConfigureAwait(false); // last: what went here need not be kept there
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException or EnvironmentException)
        {
        }
    }
}
