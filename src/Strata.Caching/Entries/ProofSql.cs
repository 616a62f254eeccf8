using Strata.Caching.Stats;
using Strata.Metadata;

namespace Strata.Caching.Entries;

/// <summary>Proofs are counted beside the look-ups of their steps, under a type of their own: hits that came out the same are its <c>hits</c>, the others its <c>misses</c>.</summary>
internal static class ProofSql
{
    public const string CounterType = "proof";

    public static void Count(SqlSession sql, long repo, string name, bool differs) => sql.Execute(
        """
        INSERT INTO cache_counter (repo, kind, type, name, hits, partial, misses, errors, saves, restored_bytes, transferred_bytes, saved_bytes, saved_ms, spent_ms)
        VALUES ($1, $2, $3, $4, $5, 0, $6, 0, 0, 0, 0, 0, 0, 0)
        ON CONFLICT (repo, kind, type, name) DO UPDATE SET hits = cache_counter.hits + excluded.hits, misses = cache_counter.misses + excluded.misses
        """, repo, (long)EntryKind.Step, CounterType, name, !differs, differs);

    public static List<StepProofs> List(SqlSession sql)
    {
        using var rows = sql.Query(
            """
            SELECT cache_repo.org, cache_repo.repo, name, hits + misses, misses FROM cache_counter JOIN cache_repo ON cache_repo.id = cache_counter.repo
            WHERE kind = $1 AND type = $2 ORDER BY cache_repo.org, cache_repo.repo, name
            """, (long)EntryKind.Step, CounterType);
        var proofs = new List<StepProofs>();
        while (rows.Read())
        {
            proofs.Add(new(rows.Text(0), rows.Text(1), rows.Text(2), rows.Integer(3), rows.Integer(4)));
        }

        return proofs;
    }
}
