using Strata.Caching.Life;

namespace Strata.Caching.Tests.Life;

public sealed class EvictionOrderTests
{
    [Fact]
    public void Unguarded_by_last_use_then_guarded_that_were_replaced_then_the_rest()
    {
        EvictionCandidate[] all =
        [
            Of(1, "npm", true, created: 1, used: 1), Of(2, "npm", true, created: 2, used: 2), Of(3, "pip", true, created: 1, used: 9), Of(4, "npm", false, created: 9, used: 8),
            Of(5, "npm", false, created: 1, used: 3), Of(6, null, true, created: 0, used: 0),
        ];
        EvictionOrder.Of(all).ShouldBe([5, 4, 1, 6, 2, 3]);
        EvictionOrder.Of([]).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(1_000, 900)]
    [InlineData(0, 0)]
    [InlineData(long.MaxValue, 8_301_034_833_169_298_220)]
    public void A_tenth_of_a_limit_is_left_free(long limit, long target) => EvictionOrder.TargetOf(limit).ShouldBe(target);

    private static EvictionCandidate Of(long id, string? name, bool guarded, int created, int used) => new(
        id, name is null ? null : (1, guarded ? "refs/heads/main" : "refs/heads/feature", name), guarded, DateTimeOffset.UnixEpoch.AddDays(created), DateTimeOffset.UnixEpoch.AddDays(used));
}
