using Strata.Caching.Stats;

namespace Strata.Caching.Tests.Stats;

public sealed class ProofBoundTests
{
    [Theory]
    [InlineData(0, 0, 1)]
    [InlineData(0, 1, 1)]
    [InlineData(0, 100, 0.03)]
    [InlineData(0, 3000, 0.001)]
    [InlineData(1, 100, 0.0466)] // Clopper and Pearson, one-sided, 95 %
    [InlineData(5, 50, 0.1989)]
    [InlineData(7, 7, 1)]
    public void The_bound_is_that_of_the_binomial_distribution(int differing, int sampled, double bound) =>
        ProofBound.Of(differing, sampled).ShouldBe(bound, 0.0005);

    [Fact]
    public void More_proofs_say_more()
    {
        for (var sampled = 2; sampled < 500; sampled++)
        {
            ProofBound.Of(1, sampled + 1).ShouldBeLessThan(ProofBound.Of(1, sampled));
        }
    }
}
