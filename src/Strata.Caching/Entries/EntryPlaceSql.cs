using Strata.Caching.Keys;
using Strata.Core.Identity;
using Strata.Metadata;

namespace Strata.Caching.Entries;

/// <summary>The statements that look for live entries, one a method. Each follows one index, and reads no more rows than it needs.</summary>
internal static class EntryPlaceSql
{
    private const string Columns = "id, key, ref, trust, shareable, created_at, last_used_at, ttl_ms, max_age_ms";

    public static EntrySlot? FindSlot(SqlSession sql, CacheQuery query)
    {
        using var rows = sql.Query(
            """
            SELECT cache_slot.id, cache_repo.id FROM cache_repo JOIN cache_slot ON cache_slot.repo = cache_repo.id
            WHERE cache_repo.org = $1 AND cache_repo.repo = $2 AND cache_slot.kind = $3 AND cache_slot.identity = $4
            """, query.Reader.Organization, query.Reader.Repository, (long)query.Kind, query.Identity.ToString());
        return rows.Read() ? new(rows.Integer(0), rows.Integer(1)) : null;
    }

    public static long? FindRepo(SqlSession sql, string organization, string repository)
    {
        using var rows = sql.Query("SELECT id FROM cache_repo WHERE org = $1 AND repo = $2", organization, repository);
        return rows.Read() ? rows.Integer(0) : null;
    }

    /// <summary>Of an exact key, in at most three refs: the next ones.</summary>
    public static void AddExact(SqlSession sql, long slot, string key, ReadOnlySpan<string> refs, List<EntryPlace> places)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND ref IN ($2, $3, $4) AND key = $5 AND state = 'live'", slot, refs[0], refs[1], refs[2], key);
        Read(rows, places, int.MaxValue);
    }

    /// <summary>Of an exact key, protected, in any ref, newest first.</summary>
    public static void AddProtected(SqlSession sql, long slot, string key, int max, List<EntryPlace> places)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND key = $2 AND trust = 2 AND state = 'live' ORDER BY created_at DESC, id DESC", slot, key);
        Read(rows, places, max);
    }

    /// <summary>Of any key, in one ref, newest first.</summary>
    public static void AddRecent(SqlSession sql, long slot, string reference, int max, List<EntryPlace> places)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND ref = $2 AND state = 'live' ORDER BY created_at DESC, id DESC", slot, reference);
        Read(rows, places, max);
    }

    /// <summary>Of any key, protected, in any ref, newest first.</summary>
    public static void AddRecentProtected(SqlSession sql, long slot, int max, List<EntryPlace> places)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND trust = 2 AND state = 'live' ORDER BY created_at DESC, id DESC", slot);
        Read(rows, places, max);
    }

    /// <summary>Of keys that begin so, in one ref, newest first. The sign keeps the database from walking all keys in order of time.</summary>
    public static void AddRange(SqlSession sql, long slot, string reference, KeyRange range, int max, List<EntryPlace> places)
    {
        using var rows = sql.Query(
            $"""
            SELECT {Columns} FROM cache_entry WHERE slot = $1 AND ref = $2 AND key >= $3 AND ($4 IS NULL OR key < $4) AND state = 'live'
            ORDER BY +created_at DESC, id DESC LIMIT {max}
            """, slot, reference, range.From, range.Before);
        Read(rows, places, max);
    }

    /// <summary>Of keys that begin so, protected, in any ref, newest first.</summary>
    public static void AddRangeProtected(SqlSession sql, long slot, KeyRange range, int max, List<EntryPlace> places)
    {
        using var rows = sql.Query(
            $"""
            SELECT {Columns} FROM cache_entry WHERE slot = $1 AND key >= $2 AND ($3 IS NULL OR key < $3) AND trust = 2 AND state = 'live'
            ORDER BY +created_at DESC, id DESC LIMIT {max}
            """, slot, range.From, range.Before);
        Read(rows, places, max);
    }

    /// <summary>Of an exact key, whoever wrote it.</summary>
    public static void AddAnywhere(SqlSession sql, long slot, string key, int max, List<EntryPlace> places)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND key = $2 AND state = 'live' ORDER BY trust DESC, created_at DESC", slot, key);
        Read(rows, places, max);
    }

    private static void Read(SqlRows rows, List<EntryPlace> places, int max)
    {
        for (var count = 0; count < max && rows.Read(); count++)
        {
            places.Add(new(
                rows.Integer(0), rows.Text(1), rows.Text(2), (Trust)rows.Integer(3), rows.Truth(4), rows.Time(5), rows.Time(6),
                rows.IsNull(7) ? null : TimeSpan.FromMilliseconds(rows.Integer(7)), rows.IsNull(8) ? null : TimeSpan.FromMilliseconds(rows.Integer(8))));
        }
    }
}
