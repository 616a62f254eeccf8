using Strata.Caching.Entries;
using Strata.Caching.Keys;

namespace Strata.Caching.Tests.Entries;

/// <summary>What caches saved is what the job's steps took without them less what they take with them.</summary>
public sealed class TimeSavedTests : IDisposable
{
    private readonly CacheBench _bench = new(new ManualClock());

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_hit_saves_what_the_job_took_the_last_time_it_missed_less_what_it_takes_now()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        await RunAsync(60, "none");
        await RunAsync(20, "k");
        (await CountAsync()).ShouldBe((40, 1));
        await RunAsync(100, "none");
        await RunAsync(20, "k");
        (await CountAsync()).ShouldBe((120, 2));
    }

    [Fact]
    public async Task A_partial_hit_is_measured_too_and_what_took_longer_is_less_than_nothing()
    {
        await _bench.SaveAsync(CacheBench.Main, "k-1");
        await RunAsync(30, "none");
        await RunAsync(25, "k-2", "k-");
        await RunAsync(45, "k-1");
        (await CountAsync()).ShouldBe((-10, 2));
    }

    [Fact]
    public async Task What_is_not_known_is_not_counted()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        await RunAsync(20, "k"); // this job never had to do without
        await RunAsync(60, "none", job: "other"); // another job says nothing of this one
        await RunAsync(20, "k");
        await RunAsync(null, "none"); // nor does one that failed
        await RunAsync(20, "k");
        await RunAsync(60, "none");
        await RunAsync(null, "k");
        await RecordAsync(20, "k", UsePurpose.Look);
        (await CountAsync()).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Several_caches_of_a_job_share_what_it_saved()
    {
        await _bench.SaveAsync(CacheBench.Main, "k");
        await RunAsync(60, "none");
        var use = await UseAsync("k");
        await _bench.Entries.RecordAsync(new() { Identity = CacheBench.Main, Producer = new("r", "test", 1), Uses = [use, use], Work = TimeSpan.FromSeconds(20) }, CancellationToken.None);
        (await CountAsync()).ShouldBe((40, 2));
    }

    [Fact]
    public async Task A_steps_hit_saves_what_the_step_took()
    {
        var commit = _bench.Commit(CacheBench.Main, "k");
        await _bench.SaveAsync(commit with { Draft = commit.Draft with { Kind = EntryKind.Step, Identity = CacheIdentity.OfSteps } });
        var query = CacheBench.Query(CacheBench.Main, "k") with { Kind = EntryKind.Step, Identity = CacheIdentity.OfSteps };
        await _bench.RecordAsync(query, await _bench.FindAsync(query));
        (await CountAsync()).ShouldBe((30, 1));
    }

    private Task RunAsync(int? seconds, string key, string? restoreKey = null, string job = "test") => RecordAsync(seconds, key, UsePurpose.Restore, restoreKey, job);

    private async Task RecordAsync(int? seconds, string key, UsePurpose purpose, string? restoreKey = null, string job = "test") => await _bench.Entries.RecordAsync(
        new()
        {
            Identity = CacheBench.Main, Producer = new("r", job, 1), Uses = [await UseAsync(key, restoreKey) with { Purpose = purpose }],
            Work = seconds is { } work ? TimeSpan.FromSeconds(work) : null,
        }, CancellationToken.None);

    private async Task<CacheUse> UseAsync(string key, string? restoreKey = null)
    {
        var query = CacheBench.Query(CacheBench.Main, key, restoreKey is null ? [] : [restoreKey]);
        return new() { Query = query, Lookup = await _bench.FindAsync(query) };
    }

    private async Task<(double Seconds, long Measured)> CountAsync()
    {
        var count = (await _bench.Catalog.CountAsync(CancellationToken.None)).Counts.ShouldHaveSingleItem();
        return (count.Saved.TotalSeconds, count.Measured);
    }
}
