using Strata.Caching.Entries;
using Strata.Tenancy.Audit;

namespace Strata.Caching.Tests.Entries;

public sealed class EntriesProcessTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("strata-caches-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Of_four_processes_that_save_the_same_keys_each_key_has_one_winner()
    {
        const int keys = 20;
        var published = new List<string>();
        foreach (var child in Enumerable.Range(0, 4).Select(i => TestChild.Start("save", _directory, $"run-{i}", $"{keys}")).ToList())
        {
            var (exitCode, output, errors) = await TestChild.EndAsync(child);
            exitCode.ShouldBe(0, errors);
            published.AddRange(output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }

        published.Order().ShouldBe(Enumerable.Range(0, keys).Select(i => $"key-{i}").Order());
    }

    [Fact]
    public async Task Dying_before_any_write_leaves_entries_that_are_whole_and_blocks_nobody()
    {
        var killed = await DatabaseKiller.KillEverywhereAsync(_directory, (8, 25), GoOnAsync);
        killed.ShouldBeGreaterThan(DatabaseKiller.IsSoak ? 50 : 3);
    }

    /// <summary>What is live is whole and counted, and who comes now saves what is missing.</summary>
    private static async Task GoOnAsync(string data, int killAt)
    {
        using var bench = new CacheBench(TimeProvider.System, data);
        bench.One("PRAGMA integrity_check").ShouldBe("ok", $"killed at {killAt}");
        AuditCheck.Run(bench.Database, CancellationToken.None).Broken.ShouldBeEmpty($"killed at {killAt}");
        var live = await bench.Catalog.ListAsync(new(), CancellationToken.None);
        foreach (var entry in live)
        {
            bench.One($"SELECT count(*) FROM cache_entry_layer WHERE entry = {entry.Id}").ShouldBe("2");
        }

        var counts = await bench.Catalog.CountAsync(CancellationToken.None);
        (counts.Entries, counts.SizeBytes).ShouldBe((live.Count, 500 * live.SelectMany(entry => entry.Content.Layers()).Distinct().Count()));
        foreach (var key in (string[])["a", "b", "c"])
        {
            var commit = bench.Commit(CacheBench.Main, key, "base", key);
            commit = commit with { Draft = commit.Draft with { Producer = new("run-after", key, 1) } };
            (await bench.CommitAsync(commit) is CacheCommitOutcome.Committed or CacheCommitOutcome.LostRace).ShouldBeTrue();
        }
    }
}
