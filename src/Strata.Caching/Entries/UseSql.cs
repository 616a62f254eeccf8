using Strata.Caching.Explain;
using Strata.Caching.Stats;
using Strata.Core;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>The statements on <c>cache_lookup</c> and <c>cache_counter</c>, one a method.</summary>
internal static class UseSql
{
    private static readonly string[] Saves = ["skipped", "saved", "unchanged", "lost-race", "blocked", "error"];

    public static string NameOf(SaveOutcome save) => Saves[(int)save];

    /// <summary>Its <c>entry</c> is what was restored: who only asked whether it is there stands on nothing.</summary>
    public static void AddLookup(SqlSession sql, JobCaches job, Scope scope, CacheUse use, DateTimeOffset now) => sql.Execute(
        """
        INSERT INTO cache_lookup (at, run_id, job, attempt, org, repo, ref, trust, kind, name, type, identity, key, class, reason, matched_key, entry, nearest, changes, save, save_reason, job_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
        """,
        now, job.Producer.RunId, job.Producer.Job, job.Producer.Attempt, scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, (long)use.Query.Kind, use.Query.Name, use.Query.Type,
        use.Query.Identity.ToString(), use.Query.Key, use.Lookup.Class.NameOf(), use.Lookup.Reason, use.Lookup.MatchedKey,
        use is { Purpose: UsePurpose.Restore, Lookup.Entry: { } entry } ? entry.Id : default(SqlValue),
        (use.Lookup.NearestId ?? (use.Purpose is UsePurpose.Restore ? null : use.Lookup.Entry?.Id)) is { } nearest ? nearest : default(SqlValue),
        ContentJson.Write(use.Lookup.Changes), NameOf(use.Save), use.SaveReason, job.JobId);

    /// <summary>Runs that restored an entry that a revocation took back, as far as their look-ups are kept.</summary>
    public static List<string> ListReaders(SqlSession sql, long revocation)
    {
        using var rows = sql.Query(
            """
            SELECT DISTINCT run_id FROM cache_lookup WHERE class IN ('hit', 'partial') AND entry IN (SELECT id FROM revoked_product WHERE revocation = $1 AND kind = 0) ORDER BY run_id
            """, revocation);
        var runs = new List<string>();
        while (rows.Read())
        {
            runs.Add(rows.Text(0));
        }

        return runs;
    }

    /// <param name="job">By the id of its workflow, or by its own name.</param>
    public static List<RecordedLookup> List(SqlSession sql, CachePart part, string runId, string? job, string? name)
    {
        using var rows = sql.Query(
            """
            SELECT at, job, attempt, org, repo, ref, trust, kind, name, type, identity, key, class, reason, matched_key, entry, nearest, changes, save, save_reason, job_id
            FROM cache_lookup WHERE run_id = $1 AND ($2 IS NULL OR job = $2 OR job_id = $2) AND ($3 IS NULL OR name = $3) AND ($4 IS NULL OR org = $4) AND ($5 IS NULL OR repo = $5) ORDER BY id
            """, runId, job, name, part.Organization, part.Repository);
        var lookups = new List<RecordedLookup>();
        while (rows.Read())
        {
            lookups.Add(new(
                rows.Time(0), new(runId, rows.Text(1), (int)rows.Integer(2)), new(rows.Text(3), rows.Text(4), rows.Text(5), (Trust)rows.Integer(6)), (EntryKind)rows.Integer(7), rows.Text(8),
                rows.Text(9), Digest.Parse(rows.Text(10), null), rows.Text(11), OutcomeClassNames.Parse(rows.Text(12)), rows.Text(13), rows.IsNull(14) ? null : rows.Text(14),
                rows.IsNull(15) ? null : rows.Integer(15), rows.IsNull(16) ? null : rows.Integer(16), ContentJson.ReadChanges(rows.Text(17)), rows.Text(18),
                rows.IsNull(19) ? null : rows.Text(19))
            {
                JobId = rows.IsNull(20) ? null : rows.Text(20),
            });
        }

        return lookups;
    }

    public static List<string> ListRuns(SqlSession sql, CachePart part, int max)
    {
        using var rows = sql.Query(
            "SELECT run_id FROM cache_lookup WHERE ($1 IS NULL OR org = $1) AND ($2 IS NULL OR repo = $2) GROUP BY run_id ORDER BY max(id) DESC LIMIT $3", part.Organization, part.Repository, max);
        var runs = new List<string>();
        while (rows.Read())
        {
            runs.Add(rows.Text(0));
        }

        return runs;
    }

    public static List<CacheCount> ListCounts(SqlSession sql)
    {
        using var rows = sql.Query(
            """
            SELECT cache_repo.org, cache_repo.repo, kind, type, name, hits, partial, misses, errors, saves, restored_bytes, transferred_bytes, saved_bytes, saved_ms, spent_ms, measured
            FROM cache_counter JOIN cache_repo ON cache_repo.id = cache_counter.repo ORDER BY cache_repo.org, cache_repo.repo, kind, type, name
            """);
        var counts = new List<CacheCount>();
        while (rows.Read())
        {
            counts.Add(new()
            {
                Organization = rows.Text(0), Repository = rows.Text(1), IsStep = rows.Integer(2) == (long)EntryKind.Step, Type = rows.Text(3), Name = rows.Text(4), Hits = rows.Integer(5),
                Partial = rows.Integer(6), Misses = rows.Integer(7), Errors = rows.Integer(8), Saves = rows.Integer(9), RestoredBytes = rows.Integer(10), TransferredBytes = rows.Integer(11),
                SavedBytes = rows.Integer(12), Saved = TimeSpan.FromMilliseconds(rows.Integer(13)), Spent = TimeSpan.FromMilliseconds(rows.Integer(14)),
                Measured = rows.Integer(15),
            });
        }

        return counts;
    }

    public static List<RecentLookups> ListRecent(SqlSession sql, CachePart part)
    {
        using var rows = sql.Query(
            """
            SELECT recent.*, cache_entry.reason FROM (
                SELECT org, repo, kind, type, name, count(*), count(DISTINCT identity || ' ' || key), sum(CASE WHEN class = 'evicted' THEN 1 ELSE 0 END),
                    sum(CASE WHEN class = 'expired' THEN 1 ELSE 0 END), max(CASE WHEN class = 'evicted' THEN nearest END) AS evicted
                FROM cache_lookup WHERE ($1 IS NULL OR org = $1) AND ($2 IS NULL OR repo = $2) GROUP BY org, repo, kind, type, name
            ) AS recent LEFT JOIN cache_entry ON cache_entry.id = recent.evicted
            """, part.Organization, part.Repository);
        var recent = new List<RecentLookups>();
        while (rows.Read())
        {
            recent.Add(new()
            {
                Organization = rows.Text(0), Repository = rows.Text(1), IsStep = rows.Integer(2) == (long)EntryKind.Step, Type = rows.Text(3), Name = rows.Text(4), Lookups = rows.Integer(5),
                Keys = rows.Integer(6), Evicted = rows.Integer(7), Expired = rows.Integer(8), EvictedReason = rows.IsNull(10) ? null : rows.Text(10),
            });
        }

        return recent;
    }

    /// <summary>Live entries, and the bytes of their layers.</summary>
    /// <param name="organization">Null: of all.</param>
    /// <param name="repository">Null: of all.</param>
    public static (long Entries, long SizeBytes) Usage(SqlSession sql, string? organization, string? repository)
    {
        using var rows = sql.Query(
            "SELECT coalesce(sum(entries), 0), coalesce(sum(size_bytes), 0) FROM cache_repo WHERE ($1 IS NULL OR org = $1) AND ($2 IS NULL OR repo = $2)", organization, repository);
        return rows.Read() ? (rows.Integer(0), rows.Integer(1)) : default;
    }

    /// <summary>Time spent is that of restoring and saving.</summary>
    /// <param name="saved">Null: it is not known.</param>
    public static void Count(SqlSession sql, long repo, CacheUse use, TimeSpan? saved)
    {
        var (outcome, isLookup) = (use.Lookup.Outcome, use.Purpose is not UsePurpose.Save);
        sql.Execute(
            """
            INSERT INTO cache_counter (repo, kind, type, name, hits, partial, misses, errors, saves, restored_bytes, transferred_bytes, saved_bytes, saved_ms, spent_ms, measured)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            ON CONFLICT (repo, kind, type, name) DO UPDATE SET
                hits = cache_counter.hits + excluded.hits, partial = cache_counter.partial + excluded.partial, misses = cache_counter.misses + excluded.misses,
                errors = cache_counter.errors + excluded.errors, saves = cache_counter.saves + excluded.saves,
                restored_bytes = cache_counter.restored_bytes + excluded.restored_bytes, transferred_bytes = cache_counter.transferred_bytes + excluded.transferred_bytes,
                saved_bytes = cache_counter.saved_bytes + excluded.saved_bytes, saved_ms = cache_counter.saved_ms + excluded.saved_ms, spent_ms = cache_counter.spent_ms + excluded.spent_ms,
                measured = cache_counter.measured + excluded.measured
            """,
            repo, (long)use.Query.Kind, use.Query.Type, use.Query.Name, isLookup && outcome is LookupOutcome.Hit, isLookup && outcome is LookupOutcome.Partial,
            isLookup && outcome is LookupOutcome.Miss, isLookup && use.Lookup.Class is OutcomeClass.Error, use.Save is SaveOutcome.Saved or SaveOutcome.Unchanged, use.RestoredBytes,
            use.TransferredBytes, use.SavedBytes, (long)(saved ?? TimeSpan.Zero).TotalMilliseconds, (long)(use.RestoreTime + use.SaveTime).TotalMilliseconds, saved is not null);
    }
}
