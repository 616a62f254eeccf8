using Strata.Artifacts.Records;
using Strata.Core.Identity;
using Strata.Images.Tests.Records;
using Strata.Runs.Records;
using Strata.Tenancy;

namespace Strata.Artifacts.Tests.Records;

/// <summary>Workers in processes of their own.</summary>
internal static class ArtifactChild
{
    /// <summary>Everything that writes, once: from no file at all.</summary>
    public static async Task<int> EveryStatementAsync(string directory)
    {
        var clock = new ManualClock();
        await using var bench = new ArtifactBench(clock, directory);
        var lease = await bench.AttemptAsync("r1", "build", 1);
        var dist = await bench.PublishAsync(ArtifactBench.Draft("r1", "build", 1, "dist"), lease);
        await bench.PublishAsync(ArtifactBench.Draft("r1", "build", 1, "logs"), lease);
        await bench.VerifyingAsync(ArtifactBench.Draft("r1", "build", 1, "report"), lease);
        await bench.Artifacts.PinAsync(dist.Id, ArtifactBench.Main, "ann", CancellationToken.None);
        await bench.Artifacts.UnpinAsync(dist.Id, ArtifactBench.Main, CancellationToken.None);
        await bench.Runs.EndAttemptAsync(lease.Token, RunStatus.Failure, "killed", CancellationToken.None);
        var second = await bench.AttemptAsync("r1", "build", 2);
        await bench.PublishAsync(ArtifactBench.Draft("r1", "build", 2, "report"), second);
        await bench.Artifacts.DeleteAsync(dist.Id, ArtifactBench.Main, "ann", "old", CancellationToken.None);
        clock.Set(TimeSpan.FromDays(31));
        await bench.Runs.ExpireDeadAsync(CancellationToken.None);
        await bench.Artifacts.SweepAsync(CancellationToken.None);
        clock.Set(TimeSpan.FromDays(31));
        await bench.Artifacts.SweepAsync(CancellationToken.None);
        return 0;
    }
}
