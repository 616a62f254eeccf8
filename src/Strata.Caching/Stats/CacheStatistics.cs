namespace Strata.Caching.Stats;

/// <summary>What caches did since the database was made, and what they take now.</summary>
/// <param name="Entries">Live ones.</param>
/// <param name="SizeBytes">Of their layers, each once for a repository.</param>
public sealed record CacheStatistics(IReadOnlyList<CacheCount> Counts, long Entries, long SizeBytes)
{
    public IReadOnlyList<StepProofs> Proofs { get; init; } = [];
}

/// <summary>Of one cache by name, in one repository.</summary>
public sealed record CacheCount
{
    public required string Organization { get; init; }

    public required string Repository { get; init; }

    /// <summary>A build-output cache, not a dependency cache.</summary>
    public required bool IsStep { get; init; }

    public required string Type { get; init; }

    /// <summary>Neither: layers of an image.</summary>
    public bool IsImage => Type == Entries.ImageCountSql.CounterType;

    public required string Name { get; init; }

    public required long Hits { get; init; }

    public required long Partial { get; init; }

    /// <summary>Look-ups that found nothing; <see cref="Errors"/> are among them.</summary>
    public required long Misses { get; init; }

    public required long Errors { get; init; }

    public required long Saves { get; init; }

    public required long RestoredBytes { get; init; }

    public required long TransferredBytes { get; init; }

    public required long SavedBytes { get; init; }

    /// <summary>What jobs took less with it, where that is known; less than nothing if they took longer.</summary>
    public required TimeSpan Saved { get; init; }

    /// <summary>Restores of which <see cref="Saved"/> is known.</summary>
    public required long Measured { get; init; }

    /// <summary>What restoring and saving took.</summary>
    public required TimeSpan Spent { get; init; }

    public long Lookups => Hits + Partial + Misses;
}
