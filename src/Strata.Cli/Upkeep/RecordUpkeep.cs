using Strata.Artifacts.Records;
using Strata.Metadata;
using Strata.Runs.Records;

namespace Strata.Cli.Upkeep;

/// <summary>Runs and artifacts whose processes died, and artifacts past their retention.</summary>
internal static class RecordUpkeep
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    /// <summary>For the end of a run: one look at a file, and once in ten minutes a sweep.</summary>
    public static async ValueTask RunIfDueAsync(string dataDirectory, ArtifactLimits? limits, CancellationToken cancellationToken)
    {
        var stamp = Path.Combine(dataDirectory, "last-sweep");
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        if (!Database.Exists(dataDirectory) || (now - File.GetLastWriteTimeUtc(stamp)).Duration() < Interval)
        {
            return;
        }

        await File.WriteAllBytesAsync(stamp, [], cancellationToken).ConfigureAwait(false);
        await RunAsync(dataDirectory, limits, cancellationToken).ConfigureAwait(false);
    }

    /// <returns>Null: nothing was ever recorded.</returns>
    public static async ValueTask<ArtifactSweep?> RunAsync(string dataDirectory, ArtifactLimits? limits, CancellationToken cancellationToken)
    {
        if (!Database.Exists(dataDirectory))
        {
            return null;
        }

        using var database = new Database(dataDirectory, TimeProvider.System);
        await new RunRecords(database, TimeProvider.System, "upkeep").ExpireDeadAsync(cancellationToken).ConfigureAwait(false);
        return await new ArtifactRecords(database, TimeProvider.System, limits ?? ArtifactLimits.Default).SweepAsync(cancellationToken).ConfigureAwait(false);
    }
}
