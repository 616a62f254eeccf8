using Strata.Caching.Entries;
using Strata.Caching.Stats;
using Strata.Tenancy.Audit;

namespace Strata.Caching.Tests.Entries;

public sealed class RecordTests : IDisposable
{
    private readonly ManualClock _clock = new();
    private readonly CacheBench _bench;

    public RecordTests() => _bench = new(_clock);

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Looking_writes_nothing()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        var before = _bench.One("PRAGMA data_version") + Bytes();
        await _bench.FindAsync(CacheBench.Main, "k");
        await _bench.FindAsync(CacheBench.Main, "none", "k");
        await _bench.FindAsync(CacheBench.Main, "none");
        (_bench.One("PRAGMA data_version") + Bytes()).ShouldBe(before);

        string Bytes() => string.Join(' ', new DirectoryInfo(_bench.Directory).GetFiles("*.db*").OrderBy(file => file.Name).Select(file => $"{file.Name} {file.Length} {file.LastWriteTimeUtc.Ticks}"));
    }

    [Fact]
    public async Task What_a_job_did_is_counted_and_audited()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        var hit = Use("k") with { RestoreTime = TimeSpan.FromSeconds(2), RestoredBytes = 1_000, TransferredBytes = 100 };
        var job = new JobCaches
        {
            Identity = CacheBench.Main, Producer = new("run-9", "test", 1),
            Uses =
            [
                hit, Use("none", "k"), Use("none") with { Save = SaveOutcome.Saved, SaveTime = TimeSpan.FromSeconds(3), SavedBytes = 500 },
                Use("none") with { Lookup = CacheLookup.Failed("the store is gone") }, Use("none") with { Save = SaveOutcome.Blocked, SaveReason = "a secret in /root/.npmrc" },
            ],
        };
        await _bench.Entries.RecordAsync(job, CancellationToken.None);
        await _bench.Entries.RecordAsync(job with { Uses = [hit] }, CancellationToken.None);
        await _bench.Entries.RecordAsync(job with { Uses = [] }, CancellationToken.None);
        var count = (await _bench.Catalog.CountAsync(CancellationToken.None)).Counts.ShouldHaveSingleItem();
        (count.Hits, count.Partial, count.Misses, count.Errors, count.Saves).ShouldBe((2, 1, 3, 1, 1));
        (count.RestoredBytes, count.TransferredBytes, count.SavedBytes).ShouldBe((2_000, 200, 500));
        (count.Saved, count.Measured, count.Spent).ShouldBe((TimeSpan.Zero, 0, TimeSpan.FromSeconds(7)));
        _bench.One("SELECT group_concat(action, ' ') FROM audit_event").ShouldBe("cache.save cache.restore cache.restore cache.deny cache.restore");
    }

    [Fact]
    public async Task Who_only_looks_restores_nothing_and_who_only_saves_looks_up_nothing()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        var job = new JobCaches
        {
            Identity = CacheBench.Main, Producer = new("run-9", "test", 1),
            Uses = [Use("k") with { Purpose = UsePurpose.Look }, Use("k") with { Purpose = UsePurpose.Save }, Use("none") with { Purpose = UsePurpose.Save, Save = SaveOutcome.Saved }],
        };
        await _bench.Entries.RecordAsync(job, CancellationToken.None);
        var count = (await _bench.Catalog.CountAsync(CancellationToken.None)).Counts.ShouldHaveSingleItem();
        (count.Hits, count.Misses, count.Saves).ShouldBe((1, 0, 1));
        _bench.One("SELECT group_concat(action, ' ') FROM audit_event").ShouldBe("cache.save");
    }

    [Fact]
    public async Task An_entry_that_makes_way_for_a_new_one_is_audited()
    {
        await _bench.SaveAsync(_bench.Commit(CacheBench.Main, "k") with { Ttl = TimeSpan.FromHours(1) });
        _clock.Set(TimeSpan.FromMinutes(61));
        await _bench.SaveAsync(CacheBench.Main, "k");
        _bench.One("SELECT group_concat(action, ' ') FROM audit_event").ShouldBe("cache.save cache.evict cache.save");
    }

    [Fact]
    public async Task Usage_is_of_everything_an_organization_or_a_repository()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        await _bench.SaveAsync(CacheBench.Main with { Repository = "other" }, "k");
        await _bench.SaveAsync(CacheBench.Main with { Organization = "other" }, "k");
        foreach (var (org, repo, entries) in ((string?, string?, long)[])[(null, null, 3), ("acme", null, 2), (null, "app", 2), ("acme", "app", 1), ("none", null, 0)])
        {
            (await _bench.Catalog.MeasureAsync(org, repo, CancellationToken.None)).ShouldBe((entries, entries * 500));
        }
    }

    [Fact]
    public async Task A_cache_that_is_evicted_each_time_is_advised_more_room_and_no_other_key()
    {
        for (var i = 0; i < 6; i++)
        {
            await RecordAsync("k");
            await _bench.SaveAsync(CacheBench.Main, "k");
            await RecordAsync($"other {i}", "other");
            await _bench.Catalog.SweepAsync(new() { RepositoryBytesMax = 100 }, CachePart.All, CancellationToken.None);
        }

        var recent = await _bench.Catalog.ListRecentAsync(CachePart.All, CancellationToken.None);
        recent.Select(cache => (cache.Name, cache.Lookups, cache.Keys, cache.Evicted, cache.EvictedReason))
            .ShouldBe([("npm", 6, 1, 5, "the quota of acme/app, 100 B, was passed"), ("other", 6, 6, 0, null)], ignoreOrder: true);
        (await _bench.Catalog.ListRecentAsync(new("nobody", null), CancellationToken.None)).ShouldBeEmpty();
        var counts = (await _bench.Catalog.CountAsync(CancellationToken.None)).Counts;
        CacheAdvice.Of([.. counts.Select(count => count with { Saves = 6 })], recent).Order(StringComparer.Ordinal).ShouldBe(
        [
            "cache 'npm' of acme/app: never found in 6 look-ups, though saved 6 times: what it saves is evicted before it is looked for again (the quota of acme/app, 100 B, was passed): give caches more room, or save less",
            "cache 'other' of acme/app: never found in 6 look-ups, though saved 6 times: its key is another one each time",
        ]);

        async Task RecordAsync(string key, string name = "npm")
        {
            var query = CacheBench.Query(CacheBench.Main, key) with { Name = name };
            await _bench.RecordAsync(query, await _bench.FindAsync(query));
        }
    }

    [Fact]
    public async Task Image_layers_are_counted_beside_and_are_nobodys_entries()
    {
        await _bench.Entries.CountImagesAsync(CacheBench.Main, [new("node20", 3, 1, 700), new("tiny", 1, 0, 0)], CancellationToken.None);
        await _bench.Entries.CountImagesAsync(CacheBench.Main, [new("node20", 4, 0, 0)], CancellationToken.None);
        var statistics = await _bench.Catalog.CountAsync(CancellationToken.None);
        statistics.Counts.Select(count => (count.Name, count.IsImage, count.IsStep, count.Hits, count.Misses, count.Saves, count.SavedBytes))
            .ShouldBe([("node20", true, false, 7, 1, 1, 700), ("tiny", true, false, 1, 0, 0, 0)]);
        PrometheusText.Of(statistics).ShouldContain("cache_hits_total{type=\"image\"} 8\n");
        CacheAdvice.Of([statistics.Counts[0] with { Hits = 0, Misses = 9 }], []).ShouldBeEmpty();
        (statistics.Entries, statistics.SizeBytes).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Audit_events_are_sealed_in_a_chain_that_shows_any_change()
    {
        await _bench.SaveAsync(CacheBench.Main, "1");
        await _bench.SaveAsync(CacheBench.Main, "2");
        await _bench.SaveAsync(CacheBench.Main with { Organization = "other" }, "3");
        await _bench.SaveAsync(CacheBench.Main, "4");
        FindBroken("acme").ShouldBeNull();
        FindBroken("other").ShouldBeNull();
        foreach (var change in (string[])["UPDATE audit_event SET detail = 'x'", "DELETE FROM audit_event", "UPDATE audit_batch SET seal = 'x'", "DELETE FROM audit_batch"])
        {
            await Should.ThrowAsync<Exception>(() => WriteAsync(change));
        }

        FindBroken("acme").ShouldBeNull();
        await WriteAsync("DROP TRIGGER audit_event_stays");
        await WriteAsync("UPDATE audit_event SET actor = 'someone' WHERE id = (SELECT max(id) FROM audit_event WHERE batch = (SELECT id FROM audit_batch WHERE org = 'acme' AND number = 2))");
        FindBroken("acme").ShouldBe(2);
        FindBroken("other").ShouldBeNull();
        await WriteAsync("DROP TRIGGER audit_event_kept");
        await WriteAsync("DELETE FROM audit_event WHERE batch = (SELECT id FROM audit_batch WHERE org = 'acme' AND number = 1)");
        FindBroken("acme").ShouldBe(1);
    }

    private CacheUse Use(string key, params string[] restoreKeys)
    {
        var query = CacheBench.Query(CacheBench.Main, key, restoreKeys);
        return new() { Query = query, Lookup = _bench.FindAsync(query).GetAwaiter().GetResult() };
    }

    private long? FindBroken(string organization) => AuditCheck.Run(_bench.Database, CancellationToken.None).Broken.FirstOrDefault(batch => batch.Organization == organization)?.Number;

    private async Task WriteAsync(string statement) => await _bench.Database.WriteAsync(sql => sql.Execute(statement), CancellationToken.None);
}
