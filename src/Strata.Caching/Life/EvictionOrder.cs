namespace Strata.Caching.Life;

/// <summary>A live entry, as far as its end is decided by it.</summary>
/// <param name="Group">Entries of which a newer one takes the place of an older one: of one cache and ref. Null: no other does.</param>
/// <param name="IsGuarded">Protected, of the default branch.</param>
public readonly record struct EvictionCandidate(long Id, (long Slot, string Ref, string Name)? Group, bool IsGuarded, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt);

/// <summary>
/// Which entries go first when there are too many: the longest unused. Those of the default branch go only when nothing else is left, so what branches and forks save, however much, does not push
/// them out; of theirs first those a newer one has taken the place of, so that a job that saves another key each time pushes out its own.
/// </summary>
public static class EvictionOrder
{
    /// <summary>When a limit is passed, this much of it is kept: else the next save would pass it again.</summary>
    public static long TargetOf(long limitBytes) => limitBytes / 10 * 9;

    public static IReadOnlyList<long> Of(IReadOnlyList<EvictionCandidate> candidates)
    {
        var newest = new Dictionary<(long, string, string), (DateTimeOffset CreatedAt, long Id)>();
        foreach (var candidate in candidates)
        {
            if (candidate.Group is { } group && (!newest.TryGetValue(group, out var other) || (candidate.CreatedAt, candidate.Id).CompareTo(other) > 0))
            {
                newest[group] = (candidate.CreatedAt, candidate.Id);
            }
        }

        var order = candidates.ToArray();
        Array.Sort(order, (a, b) => (TierOf(a), a.LastUsedAt, a.Id).CompareTo((TierOf(b), b.LastUsedAt, b.Id)));
        return [.. order.Select(static candidate => candidate.Id)];

        int TierOf(EvictionCandidate candidate) => !candidate.IsGuarded ? 0 : candidate.Group is { } group && newest[group].Id != candidate.Id ? 1 : 2;
    }
}
