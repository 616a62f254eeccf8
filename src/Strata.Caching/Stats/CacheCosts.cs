namespace Strata.Caching.Stats;

/// <summary>What a store would bill at given prices, in their currency.</summary>
/// <param name="StorageMonthly">Of what is stored now, for a month.</param>
/// <param name="Egress">Of all that was fetched so far.</param>
public sealed record CacheCosts(decimal StorageMonthly, decimal Egress)
{
    private const decimal Gigabyte = 1_000_000_000;

    /// <param name="storagePrice">For a gigabyte (10⁹ bytes) and month.</param>
    /// <param name="egressPrice">For a gigabyte.</param>
    public static CacheCosts Of(CacheStatistics statistics, decimal storagePrice, decimal egressPrice) => new(
        statistics.SizeBytes / Gigabyte * storagePrice, statistics.Counts.Sum(static count => count.TransferredBytes) / Gigabyte * egressPrice);
}
