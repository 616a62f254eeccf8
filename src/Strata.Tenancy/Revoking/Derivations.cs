using Strata.Metadata;

namespace Strata.Tenancy.Revoking;

/// <summary>What derives from what, and what of it is revoked: asked and written in the transaction that publishes.</summary>
public static class Derivations
{
    /// <summary>For a product that was just published.</summary>
    public static void Add(SqlSession sql, Product product, IReadOnlyList<Product> sources)
    {
        foreach (var source in sources)
        {
            sql.Execute(
                "INSERT INTO derivation (source_kind, source_id, kind, id) VALUES ($1, $2, $3, $4) ON CONFLICT (source_kind, source_id, kind, id) DO NOTHING",
                (long)source.Kind, source.Id, (long)product.Kind, product.Id);
        }
    }

    /// <summary>Nothing of it may be published any more.</summary>
    public static bool IsRevoked(SqlSession sql, string runId)
    {
        using var rows = sql.Query("SELECT 1 FROM revocation WHERE run_id = $1", runId);
        return rows.Read();
    }

    /// <summary>Nothing that stands on it may be published.</summary>
    public static bool IsRevoked(SqlSession sql, Product product)
    {
        using var rows = sql.Query("SELECT 1 FROM revoked_product WHERE kind = $1 AND id = $2", (long)product.Kind, product.Id);
        return rows.Read();
    }

    /// <summary>Whether something that is still known stands on it: then its row stays, or a revocation would not get past it.</summary>
    public static bool HasProducts(SqlSession sql, Product source)
    {
        using var rows = sql.Query("SELECT 1 FROM derivation WHERE source_kind = $1 AND source_id = $2 LIMIT 1", (long)source.Kind, source.Id);
        return rows.Read();
    }

    /// <summary>All that stands on it, at any depth, itself not among them.</summary>
    public static IReadOnlyList<Product> ListDerived(SqlSession sql, Product source)
    {
        using var rows = sql.Query(
            """
            WITH RECURSIVE affected (kind, id) AS (
                SELECT kind, id FROM derivation WHERE source_kind = $1 AND source_id = $2
                UNION
                SELECT derivation.kind, derivation.id FROM affected
                JOIN derivation ON derivation.source_kind = affected.kind AND derivation.source_id = affected.id
            )
            SELECT kind, id FROM affected ORDER BY kind, id
            """, (long)source.Kind, source.Id);
        return List(rows);
    }

    /// <summary>All that it stands on, at any depth, as far as their rows are kept; itself not among them.</summary>
    public static IReadOnlyList<Product> ListSources(SqlSession sql, Product product)
    {
        using var rows = sql.Query(
            """
            WITH RECURSIVE below (kind, id) AS (
                SELECT source_kind, source_id FROM derivation WHERE kind = $1 AND id = $2
                UNION
                SELECT derivation.source_kind, derivation.source_id FROM below
                JOIN derivation ON derivation.kind = below.kind AND derivation.id = below.id
            )
            SELECT kind, id FROM below ORDER BY kind, id
            """, (long)product.Kind, product.Id);
        return List(rows);
    }

    /// <summary>The product's row is gone.</summary>
    public static void Remove(SqlSession sql, Product product)
    {
        sql.Execute("DELETE FROM derivation WHERE kind = $1 AND id = $2", (long)product.Kind, product.Id);
        sql.Execute("DELETE FROM revoked_product WHERE kind = $1 AND id = $2", (long)product.Kind, product.Id);
    }

    private static List<Product> List(SqlRows rows)
    {
        var products = new List<Product>();
        while (rows.Read())
        {
            products.Add(new((ProductKind)rows.Integer(0), rows.Integer(1)));
        }

        return products;
    }
}
