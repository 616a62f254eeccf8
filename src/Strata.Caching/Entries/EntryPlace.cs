using Strata.Core.Identity;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>As much of a row as decides whether it may be used.</summary>
internal readonly record struct EntryPlace(
    long Id, string Ref, Trust Trust, bool Shareable, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, TimeSpan? Ttl, TimeSpan? MaxAge)
{
    public int? NearnessTo(RunIdentity reader) => Visibility.Nearness(reader, new(reader.Organization, reader.Repository, Ref, Trust), Shareable);

    /// <summary>Not by a clock that was set back: what was made later than now is new.</summary>
    public bool IsExpired(DateTimeOffset now, TimeSpan defaultTtl, TimeSpan? maxAge) =>
        now - LastUsedAt > (Ttl ?? defaultTtl) || now - CreatedAt > (MaxAge ?? TimeSpan.MaxValue) || now - CreatedAt > (maxAge ?? TimeSpan.MaxValue);
}

/// <summary>A repository's, of one kind and identity: what keys are looked for in.</summary>
internal readonly record struct EntrySlot(long Id, long Repo);
