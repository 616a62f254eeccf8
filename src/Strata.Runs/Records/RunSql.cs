using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Runs.Records;

/// <summary>The statements on <c>run</c>, one a method.</summary>
internal static class RunSql
{
    private const string Columns = "run_id, org, repo, ref, trust, commit_id, workflow, is_dirty, status, reason, started_at, ended_at";

    public static RunRecord? Find(SqlSession sql, string runId)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM run WHERE run_id = $1", runId);
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>Of the repository, at the reader's trust or a higher one; newest first.</summary>
    public static List<RunRecord> List(SqlSession sql, RunFilter filter, Func<RunRecord, bool> isSeen)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM run WHERE org = $1 AND repo = $2 AND trust >= $3 AND ($4 IS NULL OR status = $4) ORDER BY started_at DESC, token DESC",
            filter.Reader.Organization, filter.Reader.Repository, (long)filter.Reader.Trust, filter.Status is { } status ? RunStatusWords.Of(status) : null);
        var runs = new List<RunRecord>();
        while (runs.Count < filter.Limit && rows.Read())
        {
            if (Read(rows) is var run && isSeen(run))
            {
                runs.Add(run);
            }
        }

        return runs;
    }

    public static List<LeaseToken> ListRunning(SqlSession sql)
    {
        using var rows = sql.Query("SELECT run_id, token FROM run WHERE status = 'running' ORDER BY run_id");
        var tokens = new List<LeaseToken>();
        while (rows.Read())
        {
            tokens.Add(RunLease.TokenOf(rows.Text(0), rows.Integer(1)));
        }

        return tokens;
    }

    public static void Insert(SqlSession sql, RunStart start, long token, DateTimeOffset now)
    {
        var scope = Scope.Of(start.Identity);
        sql.Execute(
            """
            INSERT INTO run (run_id, org, repo, ref, trust, commit_id, workflow, is_dirty, token, status, started_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'running', $10)
            """,
            start.RunId, scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, start.Identity.Commit, start.Workflow, start.IsDirty, token, now);
    }

    /// <returns>False: it was not running under this token.</returns>
    public static bool End(SqlSession sql, long token, RunStatus status, string? reason, DateTimeOffset now) => sql.Execute(
        "UPDATE run SET status = $2, reason = $3, ended_at = $4 WHERE token = $1 AND status = 'running'", token, RunStatusWords.Of(status), reason, now) > 0;

    public static bool HasEnded(SqlSession sql, long token)
    {
        using var rows = sql.Query("SELECT 1 FROM run WHERE token = $1 AND status NOT IN ('running', 'lost')", token);
        return rows.Read();
    }

    private static RunRecord Read(SqlRows rows) => new()
    {
        RunId = rows.Text(0),
        Scope = new(rows.Text(1), rows.Text(2), rows.Text(3), (Trust)rows.Integer(4)),
        Commit = rows.IsNull(5) ? null : rows.Text(5),
        Workflow = rows.Text(6),
        IsDirty = rows.Truth(7),
        Status = RunStatusWords.Parse(rows.Text(8)),
        Reason = rows.IsNull(9) ? null : rows.Text(9),
        StartedAt = rows.Time(10),
        EndedAt = rows.IsNull(11) ? null : rows.Time(11),
    };
}
