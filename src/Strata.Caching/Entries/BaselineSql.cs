using Strata.Metadata;

namespace Strata.Caching.Entries;

/// <summary>The statements on <c>cache_baseline</c>: what the steps of a job took without a cache.</summary>
internal static class BaselineSql
{
    public static TimeSpan? Find(SqlSession sql, long repo, string name, string job)
    {
        using var rows = sql.Query("SELECT work_ms FROM cache_baseline WHERE repo = $1 AND name = $2 AND job = $3", repo, name, job);
        return rows.Read() ? TimeSpan.FromMilliseconds(rows.Integer(0)) : null;
    }

    public static void Set(SqlSession sql, long repo, string name, string job, TimeSpan work) => sql.Execute(
        """
        INSERT INTO cache_baseline (repo, name, job, work_ms) VALUES ($1, $2, $3, $4)
        ON CONFLICT (repo, name, job) DO UPDATE SET work_ms = excluded.work_ms
        """, repo, name, job, (long)work.TotalMilliseconds);
}
