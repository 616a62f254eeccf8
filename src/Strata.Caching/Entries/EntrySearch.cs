using Strata.Caching.Keys;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>
/// The match order of DESIGN §4 within one transaction. Which refs are near is known beforehand, so that each is asked by its index, however many entries there are; who sees what is
/// <see cref="Visibility"/>'s to say.
/// </summary>
internal sealed class EntrySearch
{
    /// <summary>So many of the newest are looked at before the keys are: what is restored by a prefix is nearly always among them.</summary>
    private const int RecentMax = 128;

    /// <summary>So few are all looked at.</summary>
    private const int FewMax = 16;

    private readonly SqlSession _sql;
    private readonly RunIdentity _reader;
    private readonly DateTimeOffset _now;
    private readonly TimeSpan _ttl;
    private readonly TimeSpan? _maxAge;
    private readonly string[] _refs;

    public EntrySearch(SqlSession sql, RunIdentity reader, DateTimeOffset now, TimeSpan ttl, TimeSpan? maxAge)
    {
        (_sql, _reader, _now, _ttl, _maxAge) = (sql, reader, now, ttl, maxAge);
        var own = Scope.Of(reader).Ref;
        _refs = [own, reader.BaseRef ?? own, reader.DefaultBranch];
    }

    /// <summary>Too old, though not yet swept: it would have been used.</summary>
    public (EntryPlace Entry, string Why)? Expired { get; private set; }

    public EntryPlace? FindExact(long slot, string key)
    {
        EntryPlace? found = null;
        using (var rows = EntryPlaceSql.Exact(_sql, slot, key, _refs))
        {
            var nearest = int.MaxValue;
            while (rows.Read())
            {
                var place = EntryPlaceSql.Read(rows);
                if (place.NearnessTo(_reader) is { } nearness && IsFresh(place)
                    && (nearness < nearest || (nearness == nearest && (place.CreatedAt, place.Id).CompareTo((found!.Value.CreatedAt, found.Value.Id)) > 0)))
                {
                    (found, nearest) = (place, nearness);
                }
            }
        }

        if (found is not null || _reader.Trust is Trust.Fork) // forks see no others
        {
            return found;
        }

        using var others = EntryPlaceSql.ExactProtected(_sql, slot, key);
        return FirstOf(others, null, RecentMax).Found;
    }

    public EntryPlace? FindPrefix(long slot, string prefix)
    {
        for (var i = 0; i < _refs.Length; i++)
        {
            if (Array.IndexOf(_refs, _refs[i]) == i && FindIn(slot, _refs[i], prefix) is { } found)
            {
                return found;
            }
        }

        return _reader.Trust is Trust.Fork ? null : FindIn(slot, null, prefix);
    }

    /// <param name="reference">Null: all protected ones.</param>
    private EntryPlace? FindIn(long slot, string? reference, string prefix)
    {
        var range = KeyRange.Of(prefix);
        var few = EntryPlaceSql.CountRange(_sql, slot, reference, range, FewMax + 1);
        if (few == 0)
        {
            return null;
        }

        if (few > FewMax)
        {
            var (recent, isAllRecent) = FindRecent(slot, reference, prefix);
            if (recent is not null || isAllRecent)
            {
                return recent;
            }
        }

        for (var max = RecentMax; ; max *= 16) // rarely more than once: what is newest may be seen, and is not too old
        {
            using var rows = reference is null ? EntryPlaceSql.RangeProtected(_sql, slot, range, max) : EntryPlaceSql.Range(_sql, slot, reference, range, max);
            var (found, isAll) = FirstOf(rows, prefix, max);
            if (found is not null || isAll)
            {
                return found;
            }
        }
    }

    private (EntryPlace? Found, bool IsAll) FindRecent(long slot, string? reference, string prefix)
    {
        using var rows = reference is null ? EntryPlaceSql.RecentProtected(_sql, slot) : EntryPlaceSql.Recent(_sql, slot, reference);
        return FirstOf(rows, prefix, RecentMax);
    }

    /// <summary>Of rows that are equally near, newest first: the first that may be used, among so many.</summary>
    /// <param name="prefix">Null: any key.</param>
    private (EntryPlace? Found, bool IsAll) FirstOf(SqlRows rows, string? prefix, int max)
    {
        for (var count = 0; count < max; count++)
        {
            if (!rows.Read())
            {
                return (null, true);
            }

            if (prefix is null || EntryPlaceSql.KeyOf(rows).StartsWith(prefix, StringComparison.Ordinal))
            {
                var place = EntryPlaceSql.Read(rows);
                if (place.NearnessTo(_reader) is not null && (prefix is null ? IsFresh(place) : !place.IsExpired(_now, _ttl, _maxAge)))
                {
                    return (place, false);
                }
            }
        }

        return (null, false);
    }

    private bool IsFresh(EntryPlace place)
    {
        if (place.WhyExpired(_now, _ttl, _maxAge) is not { } why)
        {
            return true;
        }

        Expired ??= (place, why);
        return false;
    }
}
