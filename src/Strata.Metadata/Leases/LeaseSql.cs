namespace Strata.Metadata.Leases;

/// <summary>Who holds a lease. Whether it still counts is the reader's to say.</summary>
internal sealed record LeaseRow(string Owner, string Note, DateTimeOffset Since, DateTimeOffset ExpiresAt);

/// <summary>The statements on <c>lease</c>, one a method.</summary>
internal static class LeaseSql
{
    public static LeaseRow? Find(SqlSession sql, string name)
    {
        using var rows = sql.Query("SELECT owner, note, since, expires_at FROM lease WHERE name = $1", name);
        return rows.Read() ? new(rows.Text(0), rows.Text(1), rows.Time(2), rows.Time(3)) : null;
    }

    /// <summary>Higher than any before.</summary>
    public static long NextToken(SqlSession sql)
    {
        using var rows = sql.Query("UPDATE lease_token SET last = last + 1 WHERE only = 1 RETURNING last");
        var token = rows.Read() ? rows.Integer(0) : throw new InvalidOperationException("lease_token is empty.");
        _ = rows.Read(); // to its end: only then it has happened
        return token;
    }

    /// <summary>In the place of whoever held it.</summary>
    public static void Set(SqlSession sql, LeaseToken token, LeaseRow row) => sql.Execute(
        """
        INSERT INTO lease (name, token, owner, note, since, expires_at) VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (name) DO UPDATE SET
            token = excluded.token, owner = excluded.owner, note = excluded.note, since = excluded.since, expires_at = excluded.expires_at
        """,
        token.Name, token.Number, row.Owner, row.Note, row.Since, row.ExpiresAt);

    public static bool IsHeld(SqlSession sql, LeaseToken token)
    {
        using var rows = sql.Query("SELECT 1 FROM lease WHERE name = $1 AND token = $2", token.Name, token.Number);
        return rows.Read();
    }

    /// <returns>False: it is another's, or gone.</returns>
    public static bool Renew(SqlSession sql, LeaseToken token, DateTimeOffset expiresAt) =>
        sql.Execute("UPDATE lease SET expires_at = $2 WHERE token = $1", token.Number, expiresAt) > 0;

    public static void Remove(SqlSession sql, LeaseToken token) => sql.Execute("DELETE FROM lease WHERE token = $1", token.Number);

    /// <summary>What the dead left and nobody wanted.</summary>
    public static void RemoveAbandoned(SqlSession sql, DateTimeOffset before) => sql.Execute("DELETE FROM lease WHERE expires_at < $1", before);

    /// <summary>Of names that begin so; in order.</summary>
    public static List<(LeaseToken Token, LeaseRow Row)> List(SqlSession sql, string prefix)
    {
        using var rows = sql.Query(
            "SELECT name, token, owner, note, since, expires_at FROM lease WHERE substr(name, 1, length($1)) = $1 ORDER BY name", prefix);
        var held = new List<(LeaseToken, LeaseRow)>();
        while (rows.Read())
        {
            held.Add((new(rows.Text(0), rows.Integer(1)), new(rows.Text(2), rows.Text(3), rows.Time(4), rows.Time(5))));
        }

        return held;
    }
}
