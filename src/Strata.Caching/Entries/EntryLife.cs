namespace Strata.Caching.Entries;

/// <summary>When an entry ends, and how often its last use is written.</summary>
internal static class EntryLife
{
    private static readonly TimeSpan TouchInterval = TimeSpan.FromHours(1);

    /// <summary>As far as the entry itself says.</summary>
    public static DateTimeOffset? ExpiresAt(DateTimeOffset createdAt, DateTimeOffset lastUsedAt, TimeSpan? ttl, TimeSpan? maxAge) => (ttl, maxAge) switch
    {
        (null, null) => null,
        ({ } unused, null) => lastUsedAt + unused,
        (null, { } age) => createdAt + age,
        ({ } unused, { } age) => lastUsedAt + unused < createdAt + age ? lastUsedAt + unused : createdAt + age,
    };

    /// <summary>Written at most hourly, or eight times in a time to live.</summary>
    public static bool IsStale(CacheEntry entry, DateTimeOffset now, TimeSpan defaultTtl)
    {
        var interval = (entry.Ttl ?? defaultTtl) / 8;
        return now - entry.LastUsedAt >= (interval < TouchInterval ? interval : TouchInterval);
    }
}
