using Strata.Images.Records;
using Strata.Tenancy;

namespace Strata.Images.Tests.Records;

public sealed class RecordsProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("strata-records-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Eight_processes_build_each_layer_once_between_them()
    {
        const int layers = 20;
        var built = new List<string>();
        var children = Enumerable.Range(0, 8).Select(_ => TestChild.Start("build-layers", _directory, $"{layers}")).ToList();
        foreach (var child in children)
        {
            var (exitCode, output, errors) = await TestChild.EndAsync(child);
            exitCode.ShouldBe(0, errors);
            built.AddRange(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        built.Order().ShouldBe(Enumerable.Range(0, layers).Select(i => $"layer {i}").Order());
    }

    [Fact]
    public async Task A_killed_builder_is_taken_over_and_the_rest_is_built_once()
    {
        var victim = TestChild.Start("build-layers", _directory, "10000");
        await victim.StandardOutput.ReadLineAsync();
        victim.Kill();
        var (_, output, _) = await TestChild.EndAsync(victim);
        var published = 1 + output.Count(character => character == '\n'); // said only after it was
        int left;
        using (var bench = new RecordsBench(TimeProvider.System, _directory))
        {
            left = (await bench.Records.ListAsync(CancellationToken.None)).Count;
            left.ShouldBeInRange(published, published + 1);
            DatabaseKiller.IntegrityOf(bench.Database).ShouldBe("ok");
        }

        var (exitCode, rest, errors) = await TestChild.EndAsync(TestChild.Start("build-layers", _directory, $"{left + 2}"));
        exitCode.ShouldBe(0, errors);
        rest.ShouldBe($"layer {left}\nlayer {left + 1}\n");
    }

    [Fact]
    public async Task Dying_before_any_write_leaves_a_database_that_the_next_start_goes_on_with()
    {
        var killed = await DatabaseKiller.KillEverywhereAsync(_directory, (1, 9), GoOnAsync);
        killed.ShouldBeGreaterThan(DatabaseKiller.IsSoak ? 50 : 5);
    }

    /// <summary>What is live is whole, and a builder that comes now gets its lease and publishes.</summary>
    private static async Task GoOnAsync(string data, int killAt)
    {
        using var bench = new RecordsBench(TimeProvider.System, data);
        var records = await bench.Records.ListAsync(CancellationToken.None);
        records.Select(record => (record.Key, record.Scope)).ShouldBeUnique();
        DatabaseKiller.IntegrityOf(bench.Database).ShouldBe("ok", $"killed at {killAt}");
        foreach (var name in (string[])["a", "b", "c"])
        {
            await using var lease = await bench.AcquireAsync(RecordsBench.Key(name), Scope.Of(RecordsBench.Main)); // the dead one's ran out in another year
            (await bench.Records.PublishAsync(bench.Record(name, RecordsBench.Main), lease, true, CancellationToken.None)).ShouldBeOfType<PublishOutcome.Published>();
        }
    }
}
