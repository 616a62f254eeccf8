using Strata.Core;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>A published entry. Only its state and its last use ever change. Times are kept to the millisecond.</summary>
public sealed record CacheEntry
{
    public required long Id { get; init; }

    public required EntryKind Kind { get; init; }

    public required Scope Scope { get; init; }

    /// <summary>Of the declaration, or of the step.</summary>
    public required string Name { get; init; }

    /// <summary>The preset, else <c>custom</c>; <c>step</c>.</summary>
    public required string Type { get; init; }

    public required Digest Identity { get; init; }

    public required string Key { get; init; }

    public required CacheContent Content { get; init; }

    public required Producer Producer { get; init; }

    /// <summary>Its job could reference no secret, and all it stands on is shareable (DESIGN §7).</summary>
    public required bool Shareable { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>Since its last use; null: the default of whoever sweeps.</summary>
    public required TimeSpan? Ttl { get; init; }

    /// <summary>Since it was created.</summary>
    public required TimeSpan? MaxAge { get; init; }

    /// <summary>Of the contents of its files.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>What making it took: what a hit saves.</summary>
    public required TimeSpan Spent { get; init; }

    /// <summary>Canonical JSON of the inputs of its key.</summary>
    public required string Manifest { get; init; }

    /// <summary>Of a step: what it did besides its outputs, as JSON of whoever saved it.</summary>
    public required string? Effects { get; init; }

    public EntryState State { get; init; }

    /// <summary>For people; null while it is live.</summary>
    public string? RetiredReason { get; init; }

    public DateTimeOffset? RetiredAt { get; init; }
}
