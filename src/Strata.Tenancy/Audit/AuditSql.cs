using Strata.Metadata;

namespace Strata.Tenancy.Audit;

internal sealed record AuditBatch(long Id, string Organization, long Number, long Events, string Previous, string Seal);

/// <summary>The statements on <c>audit_batch</c> and <c>audit_event</c>, one a method.</summary>
internal static class AuditSql
{
    public static (long Number, string Seal)? Last(SqlSession sql, string organization)
    {
        using var rows = sql.Query("SELECT number, seal FROM audit_batch WHERE org = $1 ORDER BY number DESC LIMIT 1", organization);
        return rows.Read() ? (rows.Integer(0), rows.Text(1)) : null;
    }

    public static long AddBatch(SqlSession sql, string organization, long number, int events, string previous, string seal)
    {
        using var rows = sql.Query(
            "INSERT INTO audit_batch (org, number, events, previous, seal) VALUES ($1, $2, $3, $4, $5) RETURNING id", organization, number, events, previous, seal);
        var id = rows.Read() ? rows.Integer(0) : throw new InvalidOperationException("A batch has no id.");
        _ = rows.Read(); // to its end: only then it has happened
        return id;
    }

    public static void AddEvent(SqlSession sql, long batch, AuditEvent audited) => sql.Execute(
        "INSERT INTO audit_event (batch, at, repo, action, actor, subject, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)",
        batch, audited.At, audited.Repository, audited.Action, audited.Actor, audited.Subject, audited.Detail);

    /// <summary>By organization and number, after these.</summary>
    public static List<AuditBatch> Batches(SqlSession sql, string organization, long number, int max)
    {
        using var rows = sql.Query(
            "SELECT id, org, number, events, previous, seal FROM audit_batch WHERE (org, number) > ($1, $2) ORDER BY org, number LIMIT $3", organization, number, max);
        var batches = new List<AuditBatch>();
        while (rows.Read())
        {
            batches.Add(new(rows.Integer(0), rows.Text(1), rows.Integer(2), rows.Integer(3), rows.Text(4), rows.Text(5)));
        }

        return batches;
    }

    /// <returns>Null: a row says what was never written.</returns>
    public static List<AuditEvent>? EventsOf(SqlSession sql, long batch, string organization)
    {
        using var rows = sql.Query("SELECT at, repo, action, actor, subject, detail FROM audit_event WHERE batch = $1 ORDER BY id", batch);
        var events = new List<AuditEvent>();
        try
        {
            while (rows.Read())
            {
                events.Add(new(rows.Time(0), organization, rows.Text(1), rows.Text(2), rows.Text(3), rows.Text(4), rows.Text(5)));
            }
        }
        catch (ArgumentOutOfRangeException)
        {
            return null; // no time
        }

        return events;
    }
}
