using Strata.Artifacts.Records;
using Strata.Images.Tests.Records;

namespace Strata.Artifacts.Tests.Records;

public sealed class ArtifactProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("strata-artifacts-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Dying_before_any_write_leaves_nothing_half_and_a_replacement_goes_on()
    {
        var killed = await DatabaseKiller.KillEverywhereAsync(_directory, (8, 32), GoOnAsync);
        killed.ShouldBeGreaterThan(DatabaseKiller.IsSoak ? 100 : 5);
    }

    /// <summary>What is ready is whole; what was being made fails, and the next attempt publishes the same name.</summary>
    private static async Task GoOnAsync(string data, int killAt)
    {
        await using var bench = new ArtifactBench(TimeProvider.System, data); // the dead one's leases ran out in another year
        DatabaseKiller.IntegrityOf(bench.Database).ShouldBe("ok", $"killed at {killAt}");
        await bench.Runs.ExpireDeadAsync(CancellationToken.None);
        await bench.Artifacts.SweepAsync(CancellationToken.None);
        foreach (var artifact in await bench.Artifacts.ListAsync(new(ArtifactBench.Main), CancellationToken.None))
        {
            ArtifactTransitions.IsBeingMade(artifact.State).ShouldBeFalse($"killed at {killAt}: {artifact}");
            var history = await bench.HistoryAsync(artifact);
            history[^1].State.ShouldBe(artifact.State);
            history.Zip(history.Skip(1)).ShouldAllBe(pair => ArtifactTransitions.IsLegal(pair.First.State, pair.Second.State));
            if (artifact.State is ArtifactState.Ready)
            {
                artifact.Content!.Layers.ShouldBe(ArtifactBench.Tree(artifact.Name).Layers);
            }
        }

        foreach (var name in (string[])["dist", "report"])
        {
            (await bench.PublishAsync($"after {name}", $"{name} {killAt}", content: ArtifactBench.Tree(name))).State.ShouldBe(ArtifactState.Ready);
            await bench.Runs.ExpireDeadAsync(CancellationToken.None);
        }
    }
}
