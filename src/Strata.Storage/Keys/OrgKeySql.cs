using Strata.Metadata;

namespace Strata.Storage.Keys;

/// <param name="RootKeyId">Of the root key that wrapped it.</param>
internal sealed record OrgKeyRow(string RootKeyId, string Wrapped);

/// <summary>Table <c>blob_org_key</c>.</summary>
internal static class OrgKeySql
{
    /// <returns>The id of a root key that is needed; null: none is yet.</returns>
    public static string? Any(SqlSession sql)
    {
        using var rows = sql.Query("SELECT root_key_id FROM blob_org_key ORDER BY created_at LIMIT 1");
        return rows.Read() ? rows.Text(0) : null;
    }

    public static OrgKeyRow? Find(SqlSession sql, string org)
    {
        using var rows = sql.Query("SELECT root_key_id, wrapped FROM blob_org_key WHERE org = $1", org);
        return rows.Read() ? new(rows.Text(0), rows.Text(1)) : null;
    }

    /// <summary>Does nothing if another was first.</summary>
    public static void Insert(SqlSession sql, string org, OrgKeyRow row, DateTimeOffset now) =>
        sql.Execute(
            """
            INSERT INTO blob_org_key (org, root_key_id, wrapped, created_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (org) DO NOTHING
            """,
            org, row.RootKeyId, row.Wrapped, now);
}
