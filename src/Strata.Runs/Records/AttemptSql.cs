using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Runs.Records;

/// <summary>The statements on <c>run_attempt</c>, one a method.</summary>
internal static class AttemptSql
{
    private const string Columns = "run_id, job, attempt, status, reason, started_at, ended_at, token";

    public static (AttemptRecord Attempt, long Token)? Find(SqlSession sql, Producer producer)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM run_attempt WHERE run_id = $1 AND job = $2 AND attempt = $3", producer.RunId, producer.Job, producer.Attempt);
        return rows.Read() ? (Read(rows), rows.Integer(7)) : null;
    }

    public static List<AttemptRecord> List(SqlSession sql, string runId)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM run_attempt WHERE run_id = $1 ORDER BY token", runId);
        var attempts = new List<AttemptRecord>();
        while (rows.Read())
        {
            attempts.Add(Read(rows));
        }

        return attempts;
    }

    public static List<(AttemptRecord Attempt, long Token)> ListRunning(SqlSession sql)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM run_attempt WHERE status = 'running' ORDER BY token");
        var attempts = new List<(AttemptRecord, long)>();
        while (rows.Read())
        {
            attempts.Add((Read(rows), rows.Integer(7)));
        }

        return attempts;
    }

    public static void Insert(SqlSession sql, Producer producer, long token, DateTimeOffset now) => sql.Execute(
        "INSERT INTO run_attempt (run_id, job, attempt, token, status, started_at) VALUES ($1, $2, $3, $4, 'running', $5)",
        producer.RunId, producer.Job, producer.Attempt, token, now);

    /// <returns>False: it was not running under this token.</returns>
    public static bool End(SqlSession sql, long token, RunStatus status, string? reason, DateTimeOffset now) => sql.Execute(
        "UPDATE run_attempt SET status = $2, reason = $3, ended_at = $4 WHERE token = $1 AND status = 'running'",
        token, RunStatusWords.Of(status), reason, now) > 0;

    public static bool HasEnded(SqlSession sql, long token)
    {
        using var rows = sql.Query("SELECT 1 FROM run_attempt WHERE token = $1 AND status NOT IN ('running', 'lost')", token);
        return rows.Read();
    }

    private static AttemptRecord Read(SqlRows rows) => new(
        new(rows.Text(0), rows.Text(1), (int)rows.Integer(2)), RunStatusWords.Parse(rows.Text(3)), rows.IsNull(4) ? null : rows.Text(4),
        rows.Time(5), rows.IsNull(6) ? null : rows.Time(6));
}
