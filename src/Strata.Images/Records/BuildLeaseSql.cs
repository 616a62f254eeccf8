using Strata.Core;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <summary>Who holds a lease. Whether it still counts is the reader's to say.</summary>
internal sealed record LeaseRow(string Owner, string LogPath, DateTimeOffset Since, DateTimeOffset ExpiresAt);

/// <summary>The statements on <c>build_lease</c>, one a method.</summary>
internal static class BuildLeaseSql
{
    public static LeaseRow? Find(SqlSession sql, Scope scope, Digest key)
    {
        using var rows = sql.Query(
            "SELECT owner, log_path, since, expires_at FROM build_lease WHERE org = $1 AND repo = $2 AND ref = $3 AND trust = $4 AND layer_key = $5",
            scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, key.ToString());
        return rows.Read() ? new(rows.Text(0), rows.Text(1), rows.Time(2), rows.Time(3)) : null;
    }

    /// <summary>Higher than any before.</summary>
    public static long NextToken(SqlSession sql)
    {
        using var rows = sql.Query("UPDATE build_lease_token SET last = last + 1 WHERE only = 1 RETURNING last");
        var token = rows.Read() ? rows.Integer(0) : throw new InvalidOperationException("build_lease_token is empty.");
        _ = rows.Read(); // to its end: only then it has happened
        return token;
    }

    /// <summary>In the place of whoever held it.</summary>
    public static void Set(SqlSession sql, Scope scope, Digest key, long token, LeaseRow row) => sql.Execute(
        """
        INSERT INTO build_lease (org, repo, ref, trust, layer_key, token, owner, log_path, since, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (org, repo, ref, trust, layer_key) DO UPDATE SET
            token = excluded.token, owner = excluded.owner, log_path = excluded.log_path, since = excluded.since, expires_at = excluded.expires_at
        """,
        scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, key.ToString(), token, row.Owner, row.LogPath, row.Since, row.ExpiresAt);

    public static bool IsHeld(SqlSession sql, Scope scope, Digest key, long token)
    {
        using var rows = sql.Query(
            "SELECT 1 FROM build_lease WHERE org = $1 AND repo = $2 AND ref = $3 AND trust = $4 AND layer_key = $5 AND token = $6",
            scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, key.ToString(), token);
        return rows.Read();
    }

    /// <returns>False: it is another's, or gone.</returns>
    public static bool Renew(SqlSession sql, long token, DateTimeOffset expiresAt) =>
        sql.Execute("UPDATE build_lease SET expires_at = $2 WHERE token = $1", token, expiresAt) > 0;

    public static void Remove(SqlSession sql, long token) => sql.Execute("DELETE FROM build_lease WHERE token = $1", token);

    /// <summary>What dead builders left and nobody wanted.</summary>
    public static void RemoveAbandoned(SqlSession sql, DateTimeOffset before) => sql.Execute("DELETE FROM build_lease WHERE expires_at < $1", before);
}
