using Strata.Caching.Explain;
using Strata.Core.Explain;

namespace Strata.Caching.Entries;

public enum LookupOutcome
{
    /// <summary>The exact key, in whatever scope.</summary>
    Hit,

    /// <summary>By a restore key.</summary>
    Partial,

    Miss,
}

/// <summary>What looking came to, and why.</summary>
/// <param name="Entry">Null: a miss. Its layers may be gone by the time they are opened: then it is a miss, and the entry is to be retired.</param>
/// <param name="MatchedKey">The key of the entry found.</param>
/// <param name="Reason">One line for people.</param>
/// <param name="NearestId">Of a partial hit or a miss: the entry that <paramref name="Changes"/> compares with, live or not.</param>
/// <param name="Changes">The smallest difference between what was wanted and the nearest entry.</param>
public sealed record CacheLookup(
    LookupOutcome Outcome, CacheEntry? Entry, string? MatchedKey, OutcomeClass Class, string Reason, long? NearestId, IReadOnlyList<InputChange> Changes)
{
    /// <summary>The look-up itself failed, or what it found could not be used: a miss, whose job goes on.</summary>
    public static CacheLookup Failed(string reason) => new(LookupOutcome.Miss, null, null, OutcomeClass.Error, reason, null, []);
}
