using Strata.Caching.Entries;

namespace Strata.Caching.Tests.Entries;

/// <summary>Many entries, written as rows.</summary>
internal static class BulkEntries
{
    /// <summary>Keys <c>bulk-0</c>…, each of its own run of the same name, in ten refs, of one cache.</summary>
    public static async Task AddAsync(CacheBench bench, int count, bool derivedFromFirst)
    {
        var entry = await bench.SaveAsync(bench.Commit(CacheBench.Main, "bulk-0") is var commit
            ? commit with { Draft = commit.Draft with { Producer = new("bulk-0", "build", 1) }, Ttl = TimeSpan.FromDays(365) }
            : commit);
        await bench.Database.WriteAsync(
            sql =>
            {
                sql.Execute(
                    """
                    INSERT INTO cache_entry (slot, repo, kind, ref, trust, is_default, key, state, shareable, created_at, last_used_at, size_bytes, spent_ms, name, type, run_id, job, attempt, content, manifest)
                    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < $2)
                    SELECT slot, repo, kind, 'refs/heads/branch-' || (i % 10), trust, 0, 'bulk-' || i, 'live', shareable, created_at + i, last_used_at, size_bytes, spent_ms, name, type, 'bulk-' || i, job, 1, content, manifest
                    FROM n, cache_entry WHERE cache_entry.id = $1
                    """, entry.Id, count);
                sql.Execute("INSERT INTO cache_layer (repo, layer, size_bytes, entries) SELECT repo, 'sha256:' || printf('%064d', id), 10, 1 FROM cache_entry WHERE id > $1", entry.Id);
                sql.Execute(
                    "INSERT INTO cache_entry_layer (entry, layer) SELECT cache_entry.id, cache_layer.id FROM cache_entry JOIN cache_layer ON cache_layer.layer = 'sha256:' || printf('%064d', cache_entry.id) WHERE cache_entry.id > $1",
                    entry.Id);
                sql.Execute("UPDATE cache_repo SET entries = $1, size_bytes = size_bytes + 10 * ($1 - 1)", count);
                if (derivedFromFirst)
                {
                    sql.Execute("INSERT INTO derivation (source_kind, source_id, kind, id) SELECT 0, max($1, id / 2), 0, id FROM cache_entry WHERE id > $1", entry.Id);
                }

                return true;
            },
            CancellationToken.None);
    }
}
