using Strata.Metadata;

namespace Strata.Tenancy.Revoking;

/// <summary>The statements on <c>revocation</c> and <c>revoked_product</c>, one a method.</summary>
internal static class RevocationSql
{
    public static long? Find(SqlSession sql, string runId)
    {
        using var rows = sql.Query("SELECT id FROM revocation WHERE run_id = $1", runId);
        return rows.Read() ? rows.Integer(0) : null;
    }

    public static long Add(SqlSession sql, string runId, string actor, DateTimeOffset now)
    {
        using var rows = sql.Query("INSERT INTO revocation (run_id, actor, at) VALUES ($1, $2, $3) RETURNING id", runId, actor, now);
        var id = rows.Read() ? rows.Integer(0) : throw new InvalidOperationException("A revocation has no id.");
        _ = rows.Read(); // to its end: only then it has happened
        return id;
    }

    /// <summary>All that derives from what the revocation has so far, at any depth. What an earlier one took back is that one's.</summary>
    public static void AddDerived(SqlSession sql, long revocation) => sql.Execute(
        """
        INSERT INTO revoked_product (kind, id, revocation, pending)
        WITH RECURSIVE affected (kind, id) AS (
            SELECT kind, id FROM revoked_product WHERE revocation = $1
            UNION
            SELECT derivation.kind, derivation.id FROM affected
            JOIN derivation ON derivation.source_kind = affected.kind AND derivation.source_id = affected.id
        )
        SELECT kind, id, $1, 1 FROM affected WHERE true
        ON CONFLICT (kind, id) DO NOTHING
        """, revocation);

    /// <summary>Of a kind, those whose own rows do not say so yet, with the run that was revoked.</summary>
    public static List<(long Id, string RunId)> ListPending(SqlSession sql, ProductKind kind, int max)
    {
        using var rows = sql.Query(
            """
            SELECT revoked_product.id, revocation.run_id FROM revoked_product JOIN revocation ON revocation.id = revoked_product.revocation
            WHERE revoked_product.kind = $1 AND revoked_product.pending = 1 ORDER BY revoked_product.id LIMIT $2
            """, (long)kind, max);
        var pending = new List<(long, string)>();
        while (rows.Read())
        {
            pending.Add((rows.Integer(0), rows.Text(1)));
        }

        return pending;
    }

    public static void Settle(SqlSession sql, Product product) =>
        sql.Execute("UPDATE revoked_product SET pending = 0 WHERE kind = $1 AND id = $2", (long)product.Kind, product.Id);

    public static long Count(SqlSession sql, long revocation)
    {
        using var rows = sql.Query("SELECT count(*) FROM revoked_product WHERE revocation = $1", revocation);
        return rows.Read() ? rows.Integer(0) : 0;
    }
}
