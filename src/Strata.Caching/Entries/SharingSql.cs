using Strata.Metadata;

namespace Strata.Caching.Entries;

/// <summary>The statements on <c>cache_sharing</c>, one a method.</summary>
internal static class SharingSql
{
    public static bool? Find(SqlSession sql, long repo, string reference, EntryKind kind, string job, string name)
    {
        using var rows = sql.Query(
            "SELECT shares FROM cache_sharing WHERE repo = $1 AND ref = $2 AND kind = $3 AND job = $4 AND name = $5", repo, reference, (long)kind, job, name);
        return rows.Read() ? rows.Truth(0) : null;
    }

    public static void Set(SqlSession sql, long repo, string reference, EntryKind kind, string job, string name, bool shares, string runId, DateTimeOffset now) => sql.Execute(
        """
        INSERT INTO cache_sharing (repo, ref, kind, job, name, shares, run_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (repo, ref, kind, job, name) DO UPDATE SET shares = excluded.shares, run_id = excluded.run_id, at = excluded.at
        """, repo, reference, (long)kind, job, name, shares, runId, now);

    /// <summary>To the live entries that the definition is of.</summary>
    /// <param name="job">Empty: of all jobs.</param>
    public static void Apply(SqlSession sql, long repo, string reference, bool isDefault, EntryKind kind, string job, string name, bool shares) => sql.Execute(
        """
        UPDATE cache_entry SET shares = $1
        WHERE repo = $2 AND kind = $3 AND name = $4 AND state = 'live' AND shares <> $1 AND ($5 = '' OR job = $5) AND ((trust = 2 AND ref = $6) OR (trust = 1 AND $7 = 1))
        """, shares, repo, (long)kind, name, job, reference, isDefault);
}
