using Strata.Cli.Output;
using Strata.Core.Diagnostics;
using Strata.Images.Kept;

namespace Strata.Cli.Run;

/// <summary>Once in a while a run that has ended, and reported, looks whether the layer store is over its limit.</summary>
internal static class StoreUpkeep
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(2); // the next run goes on

    /// <summary>Never fails the run: what it cannot do now is done another time.</summary>
    public static async ValueTask AfterRunAsync(LocalPlatform platform, string dataDirectory, long? layersBytesMax, Terminal terminal)
    {
        try
        {
            using var limit = new CancellationTokenSource(TimeLimit, TimeProvider.System);
            await platform.TrimLayersAsync(limit.Token).ConfigureAwait(false);
            var outcome = await new LayerCollector(dataDirectory, layersBytesMax, TimeProvider.System).RunIfDueAsync(limit.Token).ConfigureAwait(false);
            if (outcome?.Warning is { } warning)
            {
                DiagnosticOutput.Print(warning, terminal);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or OperationCanceledException or EnvironmentException)
        {
        }
    }
}
