using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;
using Strata.Tenancy.Audit;
using Strata.Tenancy.Revoking;

namespace Strata.Images.Revoking;

/// <summary>Layers of image steps, which are not found as soon as they are revoked.</summary>
public sealed class ImageLayerRevocable : IRevocable
{
    public ProductKind Kind => ProductKind.ImageLayer;

    public void AddProductsOfRun(SqlSession sql, long revocation, string runId) => sql.Execute(
        """
        INSERT INTO revoked_product (kind, id, revocation, pending) SELECT 1, id, $1, 1 FROM image_layer WHERE run_id = $2
        ON CONFLICT (kind, id) DO NOTHING
        """, revocation, runId);

    public AuditEvent? Retire(SqlSession sql, long id, string reason, DateTimeOffset now)
    {
        using var rows = sql.Query(
            "UPDATE image_layer SET state = 'quarantined', reason = $2, retired_at = $3 WHERE id = $1 AND state = 'live' RETURNING org, repo, definition, step", id, reason, now);
        AuditEvent? audited = null;
        while (rows.Read()) // to the end: only then it has happened
        {
            audited = new(now, rows.Text(0), rows.Text(1), "image.revoke", "revoke", $"image-layer/{id}", $"'{rows.Text(2)}' step {rows.Integer(3) + 1}: {reason}");
        }

        return audited;
    }

    public IReadOnlyList<RevokedProduct> List(SqlSession sql, long revocation)
    {
        using var rows = sql.Query(
            """
            SELECT image_layer.id, run_id, definition, step, org, repo, ref, trust, state, reason FROM revoked_product JOIN image_layer ON image_layer.id = revoked_product.id
            WHERE revoked_product.revocation = $1 AND revoked_product.kind = 1 ORDER BY image_layer.id
            """, revocation);
        var products = new List<RevokedProduct>();
        while (rows.Read())
        {
            var scope = new Scope(rows.Text(4), rows.Text(5), rows.Text(6), (Trust)rows.Integer(7));
            products.Add(new(
                new(ProductKind.ImageLayer, rows.Integer(0)), rows.Text(1), $"image '{rows.Text(2)}', step {rows.Integer(3) + 1}, of {scope}", rows.Text(8) == "live" || rows.Text(9).EndsWith("was revoked", StringComparison.Ordinal)));
        }

        return products;
    }
}
