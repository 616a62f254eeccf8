namespace Strata.Caching.Stats;

/// <summary>Look-ups of one cache by name, in one repository, as far as they are kept: of the last 30 days.</summary>
public sealed record RecentLookups
{
    public required string Organization { get; init; }

    public required string Repository { get; init; }

    public required bool IsStep { get; init; }

    public required string Type { get; init; }

    public required string Name { get; init; }

    public required long Lookups { get; init; }

    /// <summary>Different ones, each for one identity.</summary>
    public required long Keys { get; init; }

    /// <summary>Of <see cref="Lookups"/>: the entry had been there and was evicted.</summary>
    public required long Evicted { get; init; }

    /// <summary>Of <see cref="Lookups"/>: the entry had been there and was too old, or unused for too long.</summary>
    public required long Expired { get; init; }

    /// <summary>Why the last that was missed had been evicted, as a clause; null: none was, or it is not known any more.</summary>
    public string? EvictedReason { get; init; }
}
