using Strata.Caching.Keys;
using Strata.Core.Identity;
using Strata.Metadata;

namespace Strata.Caching.Entries;

/// <summary>
/// The statements that look for live entries, one a method. Each follows one index, in the order that is looked for, so that its reader may stop early. What was revoked is not there, whether its
/// row says so already or not.
/// </summary>
internal static class EntryPlaceSql
{
    /// <summary>For any statement on <c>cache_entry</c> that means live ones.</summary>
    public const string IsLive = "cache_entry.state = 'live' AND NOT EXISTS (SELECT 1 FROM revoked_product WHERE revoked_product.kind = 0 AND revoked_product.id = cache_entry.id)";

    private const string Columns = "id, key, ref, trust, shareable * shares, created_at, last_used_at, ttl_ms, max_age_ms";

    public static EntrySlot? FindSlot(SqlSession sql, RunIdentity reader, EntryKind kind, string identity)
    {
        using var rows = sql.Query(
            """
            SELECT cache_slot.id, cache_repo.id FROM cache_repo JOIN cache_slot ON cache_slot.repo = cache_repo.id
            WHERE cache_repo.org = $1 AND cache_repo.repo = $2 AND cache_slot.kind = $3 AND cache_slot.identity = $4
            """, reader.Organization, reader.Repository, (long)kind, identity);
        return rows.Read() ? new(rows.Integer(0), rows.Integer(1)) : null;
    }

    public static long? FindRepo(SqlSession sql, string organization, string repository)
    {
        using var rows = sql.Query("SELECT id FROM cache_repo WHERE org = $1 AND repo = $2", organization, repository);
        return rows.Read() ? rows.Integer(0) : null;
    }

    /// <summary>Of any state.</summary>
    public static EntryPlace? Find(SqlSession sql, long id)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM cache_entry WHERE id = $1", id);
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>The two that together make it shareable: what it stands on, and what its definition says.</summary>
    public static (bool Shareable, bool Shares) SharingOf(SqlSession sql, long id)
    {
        using var rows = sql.Query("SELECT shareable, shares FROM cache_entry WHERE id = $1", id);
        return rows.Read() ? (rows.Truth(0), rows.Truth(1)) : default;
    }

    /// <summary>Of an exact key, in at most three refs: the near ones.</summary>
    public static SqlRows Exact(SqlSession sql, long slot, string key, ReadOnlySpan<string> refs) => sql.Query(
        $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND ref IN ($2, $3, $4) AND key = $5 AND {IsLive}", slot, refs[0], refs[1], refs[2], key);

    /// <summary>Of an exact key, protected, in any ref, newest first.</summary>
    public static SqlRows ExactProtected(SqlSession sql, long slot, string key) => sql.Query(
        $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND key = $2 AND trust = 2 AND {IsLive} ORDER BY created_at DESC, id DESC", slot, key);

    /// <summary>Of any key, in one ref, newest first.</summary>
    public static SqlRows Recent(SqlSession sql, long slot, string reference) => sql.Query(
        $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND ref = $2 AND {IsLive} ORDER BY created_at DESC, id DESC", slot, reference);

    /// <summary>Of any key, protected, in any ref, newest first.</summary>
    public static SqlRows RecentProtected(SqlSession sql, long slot) => sql.Query(
        $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND trust = 2 AND {IsLive} ORDER BY created_at DESC, id DESC", slot);

    /// <summary>Of keys that begin so, in one ref, newest first. The sign keeps the database from walking all keys in order of time.</summary>
    public static SqlRows Range(SqlSession sql, long slot, string reference, KeyRange range, int max) => sql.Query(
        $"""
        SELECT {Columns} FROM cache_entry WHERE slot = $1 AND ref = $2 AND key >= $3 AND key < $4 AND {IsLive}
        ORDER BY +created_at DESC, id DESC LIMIT $5
        """, slot, reference, range.From, range.Before, max);

    /// <summary>Of keys that begin so, protected, in any ref, newest first.</summary>
    public static SqlRows RangeProtected(SqlSession sql, long slot, KeyRange range, int max) => sql.Query(
        $"""
        SELECT {Columns} FROM cache_entry WHERE slot = $1 AND key >= $2 AND key < $3 AND trust = 2 AND {IsLive}
        ORDER BY +created_at DESC, id DESC LIMIT $4
        """, slot, range.From, range.Before, max);

    /// <summary>How many keys begin so, counted up to a limit, from the index alone.</summary>
    /// <param name="reference">Null: all protected ones.</param>
    public static long CountRange(SqlSession sql, long slot, string? reference, KeyRange range, int max)
    {
        using var rows = reference is null
            ? sql.Query(
                "SELECT count(*) FROM (SELECT 1 FROM cache_entry WHERE slot = $1 AND key >= $2 AND key < $3 AND trust = 2 AND state = 'live' LIMIT $4) AS matching", slot, range.From, range.Before, max)
            : sql.Query(
                "SELECT count(*) FROM (SELECT 1 FROM cache_entry WHERE slot = $1 AND ref = $2 AND key >= $3 AND key < $4 AND state = 'live' LIMIT $5) AS matching",
                slot, reference, range.From, range.Before, max);
        return rows.Read() ? rows.Integer(0) : 0;
    }

    /// <summary>Of a repository's caches of one name, newest first, whatever their state and scope.</summary>
    public static SqlRows Named(SqlSession sql, long repo, EntryKind kind, string name) => sql.Query(
        $"SELECT {Columns} FROM cache_entry WHERE repo = $1 AND kind = $2 AND name = $3 ORDER BY created_at DESC, id DESC", repo, (long)kind, name);

    /// <summary>Of an exact key, whoever wrote it, most trusted first; revoked ones too.</summary>
    public static SqlRows Anywhere(SqlSession sql, long slot, string key) => sql.Query(
        $"SELECT {Columns} FROM cache_entry WHERE slot = $1 AND key = $2 AND state = 'live' ORDER BY trust DESC, created_at DESC", slot, key);

    /// <summary>Not with <see cref="Named"/>: a row's long texts are read as it is passed.</summary>
    public static (long Slot, string Manifest) ManifestOf(SqlSession sql, long id)
    {
        using var rows = sql.Query("SELECT slot, manifest FROM cache_entry WHERE id = $1", id);
        return rows.Read() ? (rows.Integer(0), rows.Text(1)) : throw new InvalidOperationException($"There is no cache entry {id}.");
    }

    public static string KeyOf(SqlRows rows) => rows.Text(1);

    public static EntryPlace Read(SqlRows rows) => new(
        rows.Integer(0), rows.Text(2), (Trust)rows.Integer(3), rows.Truth(4), rows.Time(5), rows.Time(6),
        rows.IsNull(7) ? null : TimeSpan.FromMilliseconds(rows.Integer(7)), rows.IsNull(8) ? null : TimeSpan.FromMilliseconds(rows.Integer(8)));
}
