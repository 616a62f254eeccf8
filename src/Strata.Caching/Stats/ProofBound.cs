namespace Strata.Caching.Stats;

/// <summary>What a sample of hits that were run again tells of all hits.</summary>
public static class ProofBound
{
    private const double Doubt = 0.05;

    /// <summary>The share of wrong hits is below this with 95 % confidence (Clopper and Pearson, one-sided; the rule of three when none differs).</summary>
    /// <returns>0 to 1; 1 says nothing.</returns>
    public static double Of(int differing, int sampled)
    {
        if (sampled == 0 || differing >= sampled)
        {
            return 1;
        }

        if (differing == 0)
        {
            return Math.Min(1, 3.0 / sampled);
        }

        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 50; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = AtMost(differing, sampled, middle) > Doubt ? (middle, high) : (low, middle);
        }

        return high;
    }

    /// <summary>Probability of no more than <paramref name="count"/> of <paramref name="sampled"/>, each of probability <paramref name="share"/>.</summary>
    private static double AtMost(int count, int sampled, double share)
    {
        var term = sampled * Math.Log(1 - share); // logarithm of the probability of exactly i
        var sum = Math.Exp(term);
        for (var i = 0; i < count; i++)
        {
            term += Math.Log((double)(sampled - i) / (i + 1)) + Math.Log(share) - Math.Log(1 - share);
            sum += Math.Exp(term);
        }

        return sum;
    }
}
