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
        CacheAdvice.Of([Good]).ShouldBeEmpty();
        CacheAdvice.Of([Good with { Hits = 0, Partial = 0, Misses = 4 }]).ShouldBeEmpty(); // too few to say anything
        CacheAdvice.Of([Good with { Hits = 0, Partial = 0, Misses = 9 }]).ShouldHaveSingleItem().ShouldContain("its key is another one each time");
        CacheAdvice.Of([Good with { Hits = 0, Partial = 0, Misses = 9, Saves = 0 }]).ShouldHaveSingleItem().ShouldContain("never saved");
        CacheAdvice.Of([Good with { Spent = TimeSpan.FromHours(1) }]).ShouldHaveSingleItem().ShouldContain("may be faster without it");
        CacheAdvice.Of([Good with { Saved = TimeSpan.FromMinutes(-1) }]).ShouldHaveSingleItem().ShouldContain("1 m 00 s lost");
        CacheAdvice.Of([Good with { Spent = TimeSpan.FromHours(1), Saved = TimeSpan.Zero, Measured = 3 }]).ShouldBeEmpty(); // what it saves is not known
        CacheAdvice.Of([Good with { Spent = TimeSpan.FromHours(1), IsStep = true }]).ShouldHaveSingleItem().ShouldStartWith("step 'npm' of acme/app: ");
    }

    [Fact]
    public void Costs_are_at_the_given_prices() => CacheCosts.Of(new([Good], 1, 2_000_000_000), 0.5m, 0.25m).ShouldBe(new CacheCosts(1m, 0.25m));
}
