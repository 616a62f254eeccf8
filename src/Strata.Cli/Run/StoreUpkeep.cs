using Strata.Cli.Cache;
using Strata.Cli.Configuration;
using Strata.Cli.Output;
using Strata.Cli.Storage;
using Strata.Core.Diagnostics;
using Strata.Images.Kept;
using Strata.Layers.Store;
using Strata.Metadata;

namespace Strata.Cli.Run;

/// <summary>Once in a while a run that has ended, and reported, looks for what is past its time, and whether the layer store is over its limit.</summary>
internal static class StoreUpkeep
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2); // the next run goes on

    /// <summary>Never fails the run: what it cannot do now is done another time.</summary>
    public static async ValueTask AfterRunAsync(HostStorage? storage, string dataDirectory, ConfigurationFile configuration, bool usedCaches, Terminal terminal)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeLimit, TimeProvider.System);
            if (storage is not null)
            {
                await storage.TrimAsync(limit.Token).ConfigureAwait(false);
            }

            await RecordUpkeep.RunIfDueAsync(dataDirectory, configuration.Artifacts, limit.Token).ConfigureAwait(false); // first: what expires need not be kept
            if (usedCaches)
            {
                using var database = new Database(dataDirectory, TimeProvider.System);
                await CacheUpkeep.RunAsync(database, SettingsOf(dataDirectory, configuration), limit.Token).ConfigureAwait(false);
            }

            var outcome = await new LayerCollector(dataDirectory, LocalRoots.Of(dataDirectory), configuration.LayersBytesMax, TimeProvider.System).RunIfDueAsync(limit.Token).ConfigureAwait(false);
            if (outcome?.Warning is { } warning)
            {
                DiagnosticOutput.Print(warning, terminal);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException or EnvironmentException)
        {
        }
    }

    /// <summary>Where nothing is said, and layers are on this disk alone, caches may take what the layer store may.</summary>
    private static CacheSettings SettingsOf(string dataDirectory, ConfigurationFile configuration) => configuration.Storage is not null ? configuration.Cache
        : configuration.Cache with
        {
            SizeBytesMax = configuration.Cache.SizeBytesMax ?? configuration.LayersBytesMax ?? new LocalLayerStore(dataDirectory, TimeProvider.System).DefaultCapBytes(),
        };
}
