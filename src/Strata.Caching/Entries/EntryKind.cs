namespace Strata.Caching.Entries;

/// <summary>Kept as their numbers.</summary>
public enum EntryKind
{
    /// <summary>A hint: what a job restored before its first step.</summary>
    Dependency,

    /// <summary>Exact or nothing: what a hermetic step made.</summary>
    Step,
}

/// <summary>Only <see cref="Live"/> ones are found. Leaving it is one way: saving again makes a new entry.</summary>
public enum EntryState
{
    Live,

    /// <summary>By policy or by a user.</summary>
    Evicted,

    /// <summary>Too old, unused for too long, or its layers are lost.</summary>
    Expired,

    /// <summary>Its content is damaged, or a proof has failed.</summary>
    Quarantined,

    /// <summary>It stands on what a revoked run made.</summary>
    Revoked,
}
