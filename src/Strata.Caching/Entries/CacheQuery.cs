using Strata.Core;
using Strata.Core.Identity;

namespace Strata.Caching.Entries;

/// <summary>What a job looks for. Its name, keys and identity were checked where they were made (<see cref="Keys.CacheKey"/>, <see cref="Keys.CacheIdentity"/>).</summary>
public sealed record CacheQuery
{
    public required RunIdentity Reader { get; init; }

    public required EntryKind Kind { get; init; }

    public required string Name { get; init; }

    /// <inheritdoc cref="CacheEntry.Type"/>
    public required string Type { get; init; }

    public required Digest Identity { get; init; }

    public required string Key { get; init; }

    /// <summary>In the order written; literal prefixes. Of a step none.</summary>
    public IReadOnlyList<string> RestoreKeys { get; init; } = [];

    /// <summary>Entries that were created longer ago do not count, whatever they say themselves.</summary>
    public TimeSpan? MaxAge { get; init; }

    /// <summary>Canonical JSON of the inputs of the key: <see cref="Keys.KeyManifest"/>. Holds no secrets.</summary>
    public required string Manifest { get; init; }

    /// <summary>What the answer is for.</summary>
    public UsePurpose Purpose { get; init; }

    public required string RunId { get; init; }

    public required string Job { get; init; }
}
