using Strata.Core;
using Strata.Core.Identity;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>What a job means to save. Its scope is its writer's own.</summary>
public sealed record CacheDraft
{
    public required RunIdentity Writer { get; init; }

    public required EntryKind Kind { get; init; }

    public required string Name { get; init; }

    /// <inheritdoc cref="CacheEntry.Type"/>
    public required string Type { get; init; }

    public required Digest Identity { get; init; }

    public required string Key { get; init; }

    /// <summary>The attempt whose lease is shown.</summary>
    public required Producer Producer { get; init; }

    /// <summary>An entry that the attempt found, of which a layer is in a storage it does not use: if it has this scope and key, it makes way.</summary>
    public long? Elsewhere { get; init; }
}

/// <summary>What a draft became. Its layers are stored, and leased until this is committed.</summary>
public sealed record CacheCommit
{
    public required CacheDraft Draft { get; init; }

    public required CacheContent Content { get; init; }

    /// <summary>Bytes each layer of the content takes where it is stored: what limits and quotas count, once for each layer.</summary>
    public required IReadOnlyDictionary<Digest, long> LayerBytes { get; init; }

    /// <summary>All that the job restored, consumed or was built on, when it had done so: revoking any of it revokes this.</summary>
    public required IReadOnlyList<Product> DerivedFrom { get; init; }

    /// <summary>Whether its job could reference no secret, and its image and source are shareable. Entries it derives from that are not make it so too.</summary>
    public required bool Shareable { get; init; }

    /// <inheritdoc cref="CacheUse.SharesWithForks"/>
    public bool? SharesWithForks { get; init; }

    public TimeSpan? Ttl { get; init; }

    public TimeSpan? MaxAge { get; init; }

    /// <inheritdoc cref="CacheEntry.Spent"/>
    public TimeSpan Spent { get; init; }

    /// <inheritdoc cref="CacheQuery.Manifest"/>
    public required string Manifest { get; init; }

    /// <inheritdoc cref="CacheEntry.Effects"/>
    public string? Effects { get; init; }
}

/// <summary>What beginning to save came to. Nothing is reserved: whoever dies now leaves nothing behind.</summary>
public abstract record CacheBegin
{
    private CacheBegin()
    {
    }

    public sealed record Begun : CacheBegin;

    /// <summary>The own scope has a live entry of this key.</summary>
    public sealed record Exists(CacheEntry Entry) : CacheBegin;

    /// <summary>The attempt is no longer the one that may write.</summary>
    public sealed record LeaseLost : CacheBegin;
}

public abstract record CacheCommitOutcome
{
    private CacheCommitOutcome()
    {
    }

    /// <summary>Published; also for a repeated commit of what this attempt has published before.</summary>
    public sealed record Committed(CacheEntry Entry) : CacheCommitOutcome;

    /// <summary>Another attempt published first. Nothing was written.</summary>
    /// <param name="Differs">Its content is another: for a step that is non-determinism.</param>
    public sealed record LostRace(CacheEntry Winner, bool Differs) : CacheCommitOutcome;

    /// <summary>The attempt is no longer the one that may write. Nothing was written.</summary>
    public sealed record LeaseLost : CacheCommitOutcome;

    /// <summary>Nothing was written.</summary>
    /// <param name="Reason">One line for people.</param>
    public sealed record Refused(string Reason) : CacheCommitOutcome;
}
