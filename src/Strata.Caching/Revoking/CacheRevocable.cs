using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Revoking;

/// <summary>Entries of dependency and build-output caches, taken back as a set: however many, a few statements.</summary>
public sealed class CacheRevocable : IRevocable
{
    public ProductKind Kind => ProductKind.CacheEntry;

    public void AddProductsOfRun(SqlSession sql, long revocation, string runId) => sql.Execute(
        """
        INSERT INTO revoked_product (kind, id, revocation) SELECT 0, id, $1 FROM cache_entry WHERE run_id = $2
        ON CONFLICT (kind, id) DO NOTHING
        """, revocation, runId);

    public void Retire(SqlSession sql, long revocation, string reason, DateTimeOffset now)
    {
        const string Counted = """
            SELECT cache_entry_layer.layer AS layer, count(*) AS entries FROM revoked_product
            JOIN cache_entry ON cache_entry.id = revoked_product.id AND cache_entry.state = 'live'
            JOIN cache_entry_layer ON cache_entry_layer.entry = cache_entry.id
            WHERE revoked_product.revocation = $1 AND revoked_product.kind = 0 GROUP BY cache_entry_layer.layer
            """;
        sql.Execute(
            $"""
            UPDATE cache_repo SET size_bytes = cache_repo.size_bytes - freed.size_bytes FROM (
                SELECT cache_layer.repo AS repo, sum(cache_layer.size_bytes) AS size_bytes FROM ({Counted}) AS counted
                JOIN cache_layer ON cache_layer.id = counted.layer WHERE cache_layer.entries = counted.entries GROUP BY cache_layer.repo
            ) AS freed WHERE cache_repo.id = freed.repo
            """, revocation);
        sql.Execute($"UPDATE cache_layer SET entries = cache_layer.entries - counted.entries FROM ({Counted}) AS counted WHERE cache_layer.id = counted.layer", revocation);
        sql.Execute(
            """
            UPDATE cache_repo SET entries = cache_repo.entries - gone.entries FROM (
                SELECT cache_entry.repo AS repo, count(*) AS entries FROM revoked_product
                JOIN cache_entry ON cache_entry.id = revoked_product.id AND cache_entry.state = 'live'
                WHERE revoked_product.revocation = $1 AND revoked_product.kind = 0 GROUP BY cache_entry.repo
            ) AS gone WHERE cache_repo.id = gone.repo
            """, revocation);
        sql.Execute(
            """
            UPDATE cache_entry SET state = 'revoked', reason = $2, retired_at = $3
            WHERE state = 'live' AND id IN (SELECT id FROM revoked_product WHERE revocation = $1 AND kind = 0)
            """, revocation, reason, now);
    }

    public IReadOnlyList<RevokedProduct> List(SqlSession sql, long revocation)
    {
        using var rows = sql.Query(
            """
            SELECT cache_entry.id, cache_entry.run_id, cache_entry.kind, cache_entry.name, cache_entry.key, cache_repo.org, cache_repo.repo, cache_entry.ref, cache_entry.trust, cache_entry.state
            FROM revoked_product JOIN cache_entry ON cache_entry.id = revoked_product.id JOIN cache_repo ON cache_repo.id = cache_entry.repo
            WHERE revoked_product.revocation = $1 AND revoked_product.kind = 0 ORDER BY cache_entry.id
            """, revocation);
        var products = new List<RevokedProduct>();
        while (rows.Read())
        {
            var scope = new Scope(rows.Text(5), rows.Text(6), rows.Text(7), (Trust)rows.Integer(8));
            products.Add(new(
                new(ProductKind.CacheEntry, rows.Integer(0)), rows.Text(1), $"{(rows.Integer(2) == 0 ? "cache" : "step")} '{rows.Text(3)}', key '{rows.Text(4)}', of {scope}",
                rows.Text(9) == "revoked"));
        }

        return products;
    }
}
