using Strata.Caching.Entries;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;
using Strata.Tenancy.Audit;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Revoking;

/// <summary>Entries of dependency and build-output caches, which look-ups leave out as soon as they are revoked.</summary>
public sealed class CacheRevocable : IRevocable
{
    public ProductKind Kind => ProductKind.CacheEntry;

    public void AddProductsOfRun(SqlSession sql, long revocation, string runId) => sql.Execute(
        """
        INSERT INTO revoked_product (kind, id, revocation, pending) SELECT 0, id, $1, 1 FROM cache_entry WHERE run_id = $2
        ON CONFLICT (kind, id) DO NOTHING
        """, revocation, runId);

    public AuditEvent? Retire(SqlSession sql, long id, string reason, DateTimeOffset now) => EntryRetirement.Retire(sql, id, EntryState.Revoked, reason, "revoke", now)?.Event;

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
                rows.Text(9) is "live" or "revoked"));
        }

        return products;
    }

    public IReadOnlyList<string> ListReaders(SqlSession sql, long revocation) => UseSql.ListReaders(sql, revocation);
}
