namespace Strata.Caching.Entries;

/// <summary>When an entry ends.</summary>
internal static class EntryLife
{
    /// <summary>As far as the entry itself says.</summary>
    public static DateTimeOffset? ExpiresAt(DateTimeOffset createdAt, DateTimeOffset lastUsedAt, TimeSpan? ttl, TimeSpan? maxAge) => (ttl, maxAge) switch
    {
        (null, null) => null,
        ({ } unused, null) => lastUsedAt + unused,
        (null, { } age) => createdAt + age,
        ({ } unused, { } age) => lastUsedAt + unused < createdAt + age ? lastUsedAt + unused : createdAt + age,
    };
}
