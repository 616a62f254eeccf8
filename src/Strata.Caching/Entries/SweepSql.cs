using Strata.Caching.Life;
using Strata.Metadata;

namespace Strata.Caching.Entries;

internal sealed record RepoUsage(long Id, string Organization, string Repository, long SizeBytes);

/// <summary>The statements that look for what may go, one a method.</summary>
internal static class SweepSql
{
    /// <summary>The indexes are by time: most sweeps are of all.</summary>
    private const string OfPart = "(($3 IS NULL AND $4 IS NULL) OR cache_entry.repo IN (SELECT id FROM cache_repo WHERE ($3 IS NULL OR org = $3) AND ($4 IS NULL OR cache_repo.repo = $4)))";

    /// <summary>Whose own time is over, and those that say nothing and were last used before <paramref name="unusedSince"/>.</summary>
    public static List<long> ListExpired(SqlSession sql, CachePart part, DateTimeOffset now, DateTimeOffset unusedSince, int max)
    {
        var ids = new List<long>();
        using (var own = sql.Query(
            $"SELECT id FROM cache_entry WHERE state = 'live' AND expires_at IS NOT NULL AND expires_at < $1 AND {OfPart} LIMIT $2", now, max, part.Organization, part.Repository))
        {
            AddIds(own, ids);
        }

        using (var unused = sql.Query(
            $"SELECT id FROM cache_entry WHERE state = 'live' AND last_used_at < $1 AND ttl_ms IS NULL AND {OfPart} LIMIT $2", unusedSince, max, part.Organization, part.Repository))
        {
            AddIds(unused, ids);
        }

        return ids;
    }

    public static List<RepoUsage> ListUsage(SqlSession sql, CachePart part)
    {
        using var rows = sql.Query(
            "SELECT id, org, repo, size_bytes FROM cache_repo WHERE ($1 IS NULL OR org = $1) AND ($2 IS NULL OR repo = $2) ORDER BY id", part.Organization, part.Repository);
        var usage = new List<RepoUsage>();
        while (rows.Read())
        {
            usage.Add(new(rows.Integer(0), rows.Text(1), rows.Text(2), rows.Integer(3)));
        }

        return usage;
    }

    public static void AddCandidates(SqlSession sql, long repo, List<EvictionCandidate> candidates)
    {
        using var rows = sql.Query("SELECT id, slot, ref, name, kind, is_default, created_at, last_used_at FROM cache_entry WHERE repo = $1 AND state = 'live'", repo);
        while (rows.Read())
        {
            candidates.Add(new(
                rows.Integer(0), rows.Integer(4) == (long)EntryKind.Step ? null : (rows.Integer(1), rows.Text(2), rows.Text(3)), rows.Truth(5), rows.Time(6), rows.Time(7)));
        }
    }

    /// <summary>Out of use since then, the first to go first.</summary>
    public static List<long> ListGone(SqlSession sql, CachePart part, DateTimeOffset before, int max)
    {
        using var rows = sql.Query(
            $"SELECT id FROM cache_entry WHERE state <> 'live' AND retired_at < $1 AND {OfPart} ORDER BY retired_at LIMIT $2", before, max, part.Organization, part.Repository);
        var ids = new List<long>();
        AddIds(rows, ids);
        return ids;
    }

    /// <summary>Of an entry that is not live.</summary>
    public static void Remove(SqlSession sql, long id)
    {
        var layers = new List<long>();
        using (var rows = sql.Query("SELECT layer FROM cache_entry_layer WHERE entry = $1", id))
        {
            AddIds(rows, layers);
        }

        sql.Execute("DELETE FROM cache_entry_layer WHERE entry = $1", id);
        foreach (var layer in layers)
        {
            sql.Execute("DELETE FROM cache_layer WHERE id = $1 AND entries = 0 AND NOT EXISTS (SELECT 1 FROM cache_entry_layer WHERE layer = $1)", layer);
        }

        sql.Execute("DELETE FROM cache_entry WHERE id = $1 AND state <> 'live'", id);
    }

    public static bool HasOldLookups(SqlSession sql, CachePart part, DateTimeOffset before)
    {
        using var rows = sql.Query(
            "SELECT 1 FROM cache_lookup WHERE at < $1 AND ($2 IS NULL OR org = $2) AND ($3 IS NULL OR repo = $3) LIMIT 1", before, part.Organization, part.Repository);
        return rows.Read();
    }

    public static void RemoveLookups(SqlSession sql, CachePart part, DateTimeOffset before) =>
        sql.Execute("DELETE FROM cache_lookup WHERE at < $1 AND ($2 IS NULL OR org = $2) AND ($3 IS NULL OR repo = $3)", before, part.Organization, part.Repository);

    private static void AddIds(SqlRows rows, List<long> ids)
    {
        while (rows.Read())
        {
            ids.Add(rows.Integer(0));
        }
    }
}
