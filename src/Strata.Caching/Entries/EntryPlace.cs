using Strata.Core.Identity;
using Strata.Core.Text;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>As much of a row as decides whether it may be used.</summary>
internal readonly record struct EntryPlace(
    long Id, string Ref, Trust Trust, bool Shareable, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, TimeSpan? Ttl, TimeSpan? MaxAge)
{
    public int? NearnessTo(RunIdentity reader) => Visibility.Nearness(reader, new(reader.Organization, reader.Repository, Ref, Trust), Shareable);

    public static EntryPlace Of(CacheEntry entry) => new(entry.Id, entry.Scope.Ref, entry.Scope.Trust, entry.Shareable, entry.CreatedAt, entry.LastUsedAt, entry.Ttl, entry.MaxAge);

    /// <param name="maxAge">Of who asks, besides the entry's own; null: none.</param>
    public bool IsExpired(DateTimeOffset now, TimeSpan defaultTtl, TimeSpan? maxAge) => IsUnused(now, defaultTtl) || now - CreatedAt > AgeMax(maxAge);

    /// <summary>The rule that applies, as users write it: <c>not used for 7d (ttl)</c>. Null: it is not expired.</summary>
    /// <inheritdoc cref="IsExpired"/>
    public string? WhyExpired(DateTimeOffset now, TimeSpan defaultTtl, TimeSpan? maxAge) =>
        now - CreatedAt > AgeMax(maxAge) ? $"older than {Lifetime.Write(AgeMax(maxAge))} (max-age)"
        : IsUnused(now, defaultTtl) ? $"not used for {Lifetime.Write(Ttl ?? defaultTtl)} (ttl)"
        : null;

    /// <summary>Not by a clock that was set back: what was made later than now is new.</summary>
    private bool IsUnused(DateTimeOffset now, TimeSpan defaultTtl) => now - LastUsedAt > (Ttl ?? defaultTtl);

    private TimeSpan AgeMax(TimeSpan? maxAge) => (MaxAge, maxAge) switch
    {
        ({ } own, { } asked) => own < asked ? own : asked,
        var (own, asked) => own ?? asked ?? TimeSpan.MaxValue,
    };
}

/// <summary>A repository's, of one kind and identity: what keys are looked for in.</summary>
internal readonly record struct EntrySlot(long Id, long Repo);
