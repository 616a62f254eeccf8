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
        INSERT INTO revoked_product (kind, id, revocation)
        WITH RECURSIVE affected (kind, id) AS (
            SELECT kind, id FROM revoked_product WHERE revocation = $1
            UNION
            SELECT derivation.kind, derivation.id FROM affected
            JOIN derivation ON derivation.source_kind = affected.kind AND derivation.source_id = affected.id
        )
        SELECT kind, id, $1 FROM affected WHERE true
        ON CONFLICT (kind, id) DO NOTHING
        """, revocation);

    public static long Count(SqlSession sql, long revocation)
    {
        using var rows = sql.Query("SELECT count(*) FROM revoked_product WHERE revocation = $1", revocation);
        return rows.Read() ? rows.Integer(0) : 0;
    }
}
