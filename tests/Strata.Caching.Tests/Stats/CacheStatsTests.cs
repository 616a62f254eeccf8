using Strata.Caching.Stats;

namespace Strata.Caching.Tests.Stats;

public sealed class CacheStatsTests
{
    private static readonly CacheCount Good = new()
    {
        Organization = "acme", Repository = "app", IsStep = false, Type = "npm", Name = "npm", Hits = 8, Partial = 1, Misses = 1, Errors = 0, Saves = 2, RestoredBytes = 3_000_000_000,
        TransferredBytes = 1_000_000_000, SavedBytes = 500_000_000, Saved = TimeSpan.FromMinutes(10), Measured = 9, Spent = TimeSpan.FromSeconds(30),
    };

    [Fact]
    public void Only_exact_hits_are_hits_and_types_are_summed()
    {
        var text = PrometheusText.Of(new([Good, Good with { Name = "other" }, Good with { Type = "custom", Hits = 0 }], 3, 1234));
        text.ShouldContain("# TYPE cache_hits_total counter\ncache_hits_total{type=\"custom\"} 0\ncache_hits_total{type=\"npm\"} 16\n");
        text.ShouldContain("cache_misses_total{type=\"npm\"} 4\n");
        text.ShouldContain("strata_cache_partial_hits_total{type=\"npm\"} 2\n");
        text.ShouldContain("# TYPE cache_size_bytes gauge\ncache_size_bytes 1234\n");
        text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#')
            .ShouldAllBe(line => line.StartsWith("strata_", StringComparison.Ordinal) || line.StartsWith("cache_", StringComparison.Ordinal));
    }

    [Fact]
    public void Advice_names_only_caches_that_cost_more_than_they_bring()
    {
        CacheAdvice.Of([Good], []).ShouldBeEmpty();
        CacheAdvice.Of([Good with { Hits = 0, Partial = 0, Misses = 4 }], []).ShouldBeEmpty(); // too few to say anything
        CacheAdvice.Of([Good with { Hits = 0, Partial = 0, Misses = 9 }], []).ShouldHaveSingleItem().ShouldContain("strata cache explain RUN");
        CacheAdvice.Of([Good with { Hits = 0, Partial = 0, Misses = 9, Saves = 0 }], []).ShouldHaveSingleItem().ShouldContain("never saved");
        CacheAdvice.Of([Good with { Spent = TimeSpan.FromHours(1) }], []).ShouldHaveSingleItem().ShouldContain("may be faster without it");
        CacheAdvice.Of([Good with { Saved = TimeSpan.FromMinutes(-1) }], []).ShouldHaveSingleItem().ShouldContain("1 m 00 s lost");
        CacheAdvice.Of([Good with { Spent = TimeSpan.FromHours(1), Saved = TimeSpan.Zero, Measured = 3 }], []).ShouldBeEmpty(); // what it saves is not known
        CacheAdvice.Of([Good with { Spent = TimeSpan.FromHours(1), IsStep = true }], []).ShouldHaveSingleItem().ShouldStartWith("step 'npm' of acme/app: ");
    }

    [Theory]
    [InlineData(0, 9, 9, 0, 0, "never found in 9 look-ups, though saved 2 times: its key is another one each time")]
    [InlineData(0, 9, 1, 9, 0, "what it saves is evicted before it is looked for again (the quota of acme/app, 1 GB, was passed): give caches more room")]
    [InlineData(0, 9, 1, 0, 8, "what it saves expires")]
    [InlineData(0, 9, 1, 0, 0, "strata cache explain RUN")]
    [InlineData(0, 4, 4, 0, 0, "strata cache explain RUN")] // too few to say more
    [InlineData(8, 10, 1, 5, 0, "5 of 10 look-ups of late missed it because it had been evicted (the quota of acme/app, 1 GB, was passed)")]
    [InlineData(8, 10, 9, 4, 4, null)]
    public void Why_a_cache_is_not_found_is_said_by_what_its_look_ups_came_to(int hits, int lookups, int keys, int evicted, int expired, string? expected)
    {
        var recent = new RecentLookups
        {
            Organization = "acme", Repository = "app", IsStep = false, Type = "npm", Name = "npm", Lookups = lookups, Keys = keys, Evicted = evicted, Expired = expired,
            EvictedReason = "the quota of acme/app, 1 GB, was passed",
        };
        var advice = CacheAdvice.Of([Good with { Hits = hits, Partial = 0, Misses = 9 }], [recent, recent with { Repository = "other", Keys = 99 }]);
        string.Concat(advice).ShouldContain(expected ?? "");
        advice.Count.ShouldBe(expected is null ? 0 : 1);
    }

    [Fact]
    public void Costs_are_at_the_given_prices() => CacheCosts.Of(new([Good], 1, 2_000_000_000), 0.5m, 0.25m).ShouldBe(new CacheCosts(1m, 0.25m));
}
