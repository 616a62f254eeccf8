using Strata.Caching.Entries;

namespace Strata.Caching.Tests.Entries;

/// <summary>Savers in processes of their own.</summary>
internal static class EntriesChild
{
    /// <summary>Saves keys as fast as it can, and prints which it published.</summary>
    public static async Task<int> SaveAsync(string directory, string run, int count)
    {
        using var bench = new CacheBench(TimeProvider.System, directory);
        for (var i = 0; i < count; i++)
        {
            var commit = bench.Commit(CacheBench.Main, $"key-{i}", $"layer {run}");
            commit = commit with { Draft = commit.Draft with { Producer = new(run, $"job-{i}", 1) } };
            if (await bench.CommitAsync(commit) is CacheCommitOutcome.Committed)
            {
                Console.WriteLine($"key-{i}");
            }
        }

        return 0;
    }

    /// <summary>Everything that writes, once: from no file at all.</summary>
    public static async Task<int> EveryStatementAsync(string directory)
    {
        using var bench = new CacheBench(TimeProvider.System, directory);
        var first = await bench.SaveAsync(CacheBench.Main, "a", "base", "a");
        await bench.SaveAsync(bench.Commit(CacheBench.Main, "b", "base", "b") with { DerivedFrom = [new(Tenancy.ProductKind.CacheEntry, first.Id)], Ttl = TimeSpan.FromHours(1) });
        var query = CacheBench.Query(CacheBench.Main, "a");
        await bench.RecordAsync(query, await bench.FindAsync(query));
        await bench.Entries.RetireAsync(first.Id, EntryState.Quarantined, "damaged", CancellationToken.None);
        await bench.SaveAsync(CacheBench.Main, "a", "base", "a again");
        await bench.Catalog.SweepAsync(new() { SizeBytesMax = 600 }, CachePart.All, CancellationToken.None);
        return 0;
    }
}
