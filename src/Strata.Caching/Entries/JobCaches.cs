using Strata.Core.Identity;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>All a job did with caches, told when it is done with them: counted, audited and marked as used in one transaction.</summary>
public sealed record JobCaches
{
    public required RunIdentity Identity { get; init; }

    public required Producer Producer { get; init; }

    /// <summary>Of both kinds, in the order they were looked for.</summary>
    public required IReadOnlyList<CacheUse> Uses { get; init; }

    /// <summary>Hits of steps that were run again: the step's name, and whether something else came out.</summary>
    public IReadOnlyList<(string Name, bool Differs)> Proofs { get; init; } = [];
}

/// <summary>One look-up and what followed.</summary>
public sealed record CacheUse
{
    public required CacheQuery Query { get; init; }

    public required CacheLookup Lookup { get; init; }

    public TimeSpan RestoreTime { get; init; }

    /// <summary>Of the trees restored.</summary>
    public long RestoredBytes { get; init; }

    /// <summary>What came over the network for it.</summary>
    public long TransferredBytes { get; init; }

    public SaveOutcome Save { get; init; }

    /// <summary>One line for people.</summary>
    public string? SaveReason { get; init; }

    public TimeSpan SaveTime { get; init; }

    /// <summary>What was stored anew.</summary>
    public long SavedBytes { get; init; }
}

/// <summary>As in the report (DESIGN §9).</summary>
public enum SaveOutcome
{
    Skipped,
    Saved,

    /// <summary>Published with the layers of what was restored.</summary>
    Unchanged,

    LostRace,

    /// <summary>A secret was found in it.</summary>
    Blocked,

    Error,
}
