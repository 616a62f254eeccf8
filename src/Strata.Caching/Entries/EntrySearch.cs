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

    private readonly SqlSession _sql;
    private readonly RunIdentity _reader;
    private readonly DateTimeOffset _now;
    private readonly TimeSpan _ttl;
    private readonly TimeSpan? _maxAge;
    private readonly string[] _refs;
    private readonly List<EntryPlace> _places = [];

    public EntrySearch(SqlSession sql, RunIdentity reader, DateTimeOffset now, TimeSpan ttl, TimeSpan? maxAge)
    {
        (_sql, _reader, _now, _ttl, _maxAge) = (sql, reader, now, ttl, maxAge);
        var own = Scope.Of(reader).Ref;
        _refs = [own, reader.BaseRef ?? own, reader.DefaultBranch];
    }

    /// <summary>Too old, though not yet swept: it would have been used.</summary>
    public EntryPlace? Expired { get; private set; }

    public EntryPlace? FindExact(long slot, string key)
    {
        _places.Clear();
        EntryPlaceSql.AddExact(_sql, slot, key, _refs, _places);
        if (Nearest(keepExpired: true) is { } near || _reader.Trust is Trust.Fork) // forks see no others
        {
            return Nearest(keepExpired: true);
        }

        _places.Clear();
        EntryPlaceSql.AddProtected(_sql, slot, key, RecentMax, _places);
        return Nearest(keepExpired: true);
    }

    public EntryPlace? FindPrefix(long slot, string prefix)
    {
        var range = KeyRange.Of(prefix);
        for (var i = 0; i < _refs.Length; i++)
        {
            if (Array.IndexOf(_refs, _refs[i]) == i && FindIn(slot, _refs[i], prefix, range) is { } found)
            {
                return found;
            }
        }

        return _reader.Trust is Trust.Fork ? null : FindIn(slot, null, prefix, range);
    }

    /// <param name="reference">Null: all protected ones.</param>
    private EntryPlace? FindIn(long slot, string? reference, string prefix, KeyRange range)
    {
        _places.Clear();
        if (reference is null)
        {
            EntryPlaceSql.AddRecentProtected(_sql, slot, RecentMax, _places);
        }
        else
        {
            EntryPlaceSql.AddRecent(_sql, slot, reference, RecentMax, _places);
        }

        var isAll = _places.Count < RecentMax;
        _places.RemoveAll(place => !place.Key.StartsWith(prefix, StringComparison.Ordinal));
        if (isAll || Nearest(keepExpired: false) is not null)
        {
            return Nearest(keepExpired: false);
        }

        for (var max = RecentMax; ; max *= 16) // rarely more than once: what is newest may be seen, and is not too old
        {
            _places.Clear();
            if (reference is null)
            {
                EntryPlaceSql.AddRangeProtected(_sql, slot, range, max, _places);
            }
            else
            {
                EntryPlaceSql.AddRange(_sql, slot, reference, range, max, _places);
            }

            if (_places.Count < max || Nearest(keepExpired: false) is not null)
            {
                return Nearest(keepExpired: false);
            }
        }
    }

    /// <summary>Of those equally near the newest.</summary>
    private EntryPlace? Nearest(bool keepExpired)
    {
        EntryPlace? found = null;
        var nearest = int.MaxValue;
        foreach (var place in _places)
        {
            if (place.NearnessTo(_reader) is not { } nearness)
            {
                continue;
            }

            if (place.IsExpired(_now, _ttl, _maxAge))
            {
                Expired = keepExpired ? Expired ?? place : Expired;
            }
            else if (nearness < nearest || (nearness == nearest && (place.CreatedAt, place.Id).CompareTo((found!.Value.CreatedAt, found.Value.Id)) > 0))
            {
                (found, nearest) = (place, nearness);
            }
        }

        return found;
    }
}
