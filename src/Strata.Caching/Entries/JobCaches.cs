using Strata.Core.Identity;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>All a job did with caches, told when it is done with them: counted, audited and marked as used in one transaction.</summary>
public sealed record JobCaches
{
    public required RunIdentity Identity { get; init; }

    public required Producer Producer { get; init; }

    /// <summary>As the workflow names the job; all jobs of a matrix have one. Null: it is not known.</summary>
    public string? JobId { get; init; }

    /// <summary>Of both kinds, in the order they were looked for.</summary>
    public required IReadOnlyList<CacheUse> Uses { get; init; }

    /// <summary>What the job's steps took together, or would have without hits of hermetic steps, which count what they save themselves. Null: they did not all succeed, so it says nothing.</summary>
    public TimeSpan? Work { get; init; }

    /// <summary>Hits of steps that were run again.</summary>
    public IReadOnlyList<StepProof> Proofs { get; init; } = [];
}

/// <param name="Name">Of the step.</param>
/// <param name="Differs">Whether it made something else than what was kept.</param>
public sealed record StepProof(string Name, bool Differs);

/// <summary>One look-up and what followed.</summary>
public sealed record CacheUse
{
    public required CacheQuery Query { get; init; }

    public required CacheLookup Lookup { get; init; }

    public UsePurpose Purpose { get; init; }

    /// <summary>
    /// As the job's own workflow states it; null: it says nothing. Counts only where the job is of a protected ref, whose definition it is then: what less trusted runs say is not looked at.
    /// </summary>
    public bool? SharesWithForks { get; init; }

    public TimeSpan RestoreTime { get; init; }

    /// <summary>Of the trees restored.</summary>
    public long RestoredBytes { get; init; }

    /// <summary>What came over the network for it.</summary>
    public long TransferredBytes { get; init; }

    public SaveOutcome Save { get; init; }

    /// <summary>One line for people.</summary>
    public string? SaveReason { get; init; }

    /// <summary>Until it was published, or was not.</summary>
    public TimeSpan SaveTime { get; init; }

    /// <summary>What was stored anew.</summary>
    public long SavedBytes { get; init; }
}

/// <summary>What became of the layers that an image's steps make.</summary>
/// <param name="Name">Of the image, as the report shows it.</param>
/// <param name="BuiltBytes">Of the layers built.</param>
public sealed record ImageCount(string Name, long Reused, long Built, long BuiltBytes);

/// <summary>What something was looked for.</summary>
public enum UsePurpose
{
    Restore,

    /// <summary>Only to know whether it is there.</summary>
    Look,

    /// <summary>To save it, unless it is there: not counted as a look-up.</summary>
    Save,
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
