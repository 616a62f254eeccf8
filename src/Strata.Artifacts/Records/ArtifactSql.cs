using Strata.Core;
using Strata.Core.Identity;
using Strata.Layers.Trees;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Artifacts.Records;

/// <summary>An artifact together with the lease under which it is made.</summary>
internal sealed record ArtifactRow(Artifact Artifact, long Token)
{
    public LeaseToken Lease => new(Artifact.Producer.LeaseName, Token);
}

/// <summary>The statements on <c>artifact</c> and <c>artifact_layer</c>, one a method.</summary>
internal static class ArtifactSql
{
    private const string Columns = """
        id, org, repo, ref, trust, run_id, job, attempt, name, state, reason, state_since, created_at, retention_ms, expires_at, shareable,
        pinned_by, pinned_at, tree, size_bytes, files, token
        """;

    private const string BeingMade = "state IN ('pending', 'uploading', 'verifying')";
    private const string Live = "state IN ('pending', 'uploading', 'verifying', 'ready')";
    private const string Over = "state IN ('failed', 'expired', 'deleted')";

    public static ArtifactRow? Find(SqlSession sql, long id) => One(sql, sql.Query($"SELECT {Columns} FROM artifact WHERE id = $1", id));

    /// <summary>The one of its run that has the name now.</summary>
    public static ArtifactRow? FindLive(SqlSession sql, string runId, string name) =>
        One(sql, sql.Query($"SELECT {Columns} FROM artifact WHERE run_id = $1 AND name = $2 AND {Live}", runId, name));

    /// <summary>The live one first, then the newest.</summary>
    public static List<ArtifactRow> ListOfName(SqlSession sql, string runId, string name) => All(
        sql, sql.Query($"SELECT {Columns} FROM artifact WHERE run_id = $1 AND name = $2 ORDER BY CASE WHEN {Live} THEN 0 ELSE 1 END, id DESC", runId, name), int.MaxValue);

    /// <summary>What the filter names and the reader sees, newest first. The statement leaves out most of what it does not see, never more.</summary>
    public static List<ArtifactRow> List(SqlSession sql, ArtifactFilter filter, bool trustFork, Func<Artifact, bool> isSeen) => All(
        sql,
        sql.Query(
            $"""
            SELECT {Columns} FROM artifact
            WHERE org = $1 AND repo = $2 AND ($3 IS NULL OR run_id = $3) AND ($4 IS NULL OR name = $4) AND ($5 IS NULL OR state = $5 OR ($5 IN ('expired', 'deleted') AND state = 'ready')) AND id < $6
                AND ($7 = 1 OR (trust >= $8 AND (trust = 2 OR ref IN ($9, $10, $11))))
            ORDER BY id DESC
            """,
            filter.Reader.Organization, filter.Reader.Repository, filter.RunId, filter.Name,
            filter.State is { } state ? ArtifactTransitions.WordOf(state) : null, filter.Before ?? long.MaxValue, trustFork,
            (long)filter.Reader.Trust, Scope.Of(filter.Reader).Ref, filter.Reader.BaseRef, filter.Reader.DefaultBranch),
        filter.Limit, isSeen);

    public static List<ArtifactRow> ListBeingMade(SqlSession sql) => All(sql, sql.Query($"SELECT {Columns} FROM artifact WHERE {BeingMade} ORDER BY id"), int.MaxValue);

    /// <summary>Ready ones past their retention, first those longest past.</summary>
    public static List<ArtifactRow> ListDue(SqlSession sql, DateTimeOffset now, int limit) => All(
        sql, sql.Query($"SELECT {Columns} FROM artifact WHERE state = 'ready' AND expires_at <= $1 ORDER BY expires_at LIMIT $2", now, limit), limit);

    /// <summary>The newest ready one of a repository that has the layer and may be seen; empty: there is none.</summary>
    public static List<ArtifactRow> ListReadyWith(SqlSession sql, string organization, string repository, Digest layer, Func<Artifact, bool> isSeen) => All(
        sql,
        sql.Query(
            $"SELECT {Columns} FROM artifact WHERE id IN (SELECT artifact_id FROM artifact_layer WHERE layer = $1) AND state = 'ready' AND org = $2 AND repo = $3 ORDER BY id DESC",
            layer.ToString(), organization, repository),
        1, isSeen);

    public static long CountOfRun(SqlSession sql, string runId) => Number(sql.Query("SELECT count(*) FROM artifact WHERE run_id = $1", runId));

    public static long Insert(SqlSession sql, ArtifactDraft draft, TimeSpan retention, long token, DateTimeOffset now) => Number(sql.Query(
        """
        INSERT INTO artifact (org, repo, ref, trust, run_id, job, attempt, name, token, state, state_since, created_at, retention_ms, shareable)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'pending', $10, $10, $11, $12) RETURNING id
        """,
        draft.Scope.Organization, draft.Scope.Repository, draft.Scope.Ref, (long)draft.Scope.Trust, draft.Producer.RunId, draft.Producer.Job, draft.Producer.Attempt,
        draft.Name, token, now, (long)retention.TotalMilliseconds, draft.Shareable));

    public static void SetState(SqlSession sql, long id, ArtifactState state, string? reason, DateTimeOffset now) => sql.Execute(
        "UPDATE artifact SET state = $2, reason = $3, state_since = $4 WHERE id = $1", id, ArtifactTransitions.WordOf(state), reason, now);

    /// <summary>Together with its state: one is not without the other.</summary>
    public static void SetContent(SqlSession sql, long id, StoredTree content, DateTimeOffset expiresAt)
    {
        for (var i = 0; i < content.Layers.Count; i++)
        {
            sql.Execute("INSERT INTO artifact_layer (artifact_id, position, layer) VALUES ($1, $2, $3)", id, i, content.Layers[i].ToString());
        }

        sql.Execute(
            "UPDATE artifact SET state = 'ready', tree = $2, size_bytes = $3, files = $4, expires_at = $5 WHERE id = $1",
            id, content.Tree.ToString(), content.SizeBytes, content.Files, expiresAt);
    }

    /// <param name="pin">Null: none.</param>
    public static void SetPin(SqlSession sql, long id, ArtifactPin? pin, DateTimeOffset? expiresAt) => sql.Execute(
        "UPDATE artifact SET pinned_by = $2, pinned_at = $3, expires_at = $4 WHERE id = $1",
        id, pin?.By, pin is null ? default(SqlValue) : pin.At, expiresAt is { } at ? at : default(SqlValue));

    public static long RemoveOver(SqlSession sql, DateTimeOffset before, int limit) => sql.Execute(
        $"DELETE FROM artifact WHERE id IN (SELECT id FROM artifact WHERE {Over} AND state_since < $1 LIMIT $2)", before, limit);

    /// <summary>Ready ones of a repository.</summary>
    public static (long Count, long Bytes) Usage(SqlSession sql, string organization, string repository)
    {
        using var rows = sql.Query(
            "SELECT count(*), coalesce(sum(size_bytes), 0) FROM artifact WHERE org = $1 AND repo = $2 AND state = 'ready'", organization, repository);
        rows.Read();
        return (rows.Integer(0), rows.Integer(1));
    }

    /// <summary>Layers of ready ones, by organization.</summary>
    public static List<(string Organization, Digest Layer)> ListLayers(SqlSession sql)
    {
        using var rows = sql.Query("SELECT DISTINCT a.org, l.layer FROM artifact a JOIN artifact_layer l ON l.artifact_id = a.id WHERE a.state = 'ready'");
        var layers = new List<(string, Digest)>();
        while (rows.Read())
        {
            layers.Add((rows.Text(0), Digest.Parse(rows.Text(1), null)));
        }

        return layers;
    }

    private static long Number(SqlRows rows)
    {
        using (rows)
        {
            var number = rows.Read() ? rows.Integer(0) : throw new InvalidOperationException("A statement that answers with a number did not.");
            _ = rows.Read(); // to its end: only then it has happened
            return number;
        }
    }

    private static ArtifactRow? One(SqlSession sql, SqlRows rows) => All(sql, rows, 1) is [var row] ? row : null;

    private static List<ArtifactRow> All(SqlSession sql, SqlRows rows, int limit, Func<Artifact, bool>? isSeen = null)
    {
        var found = new List<ArtifactRow>();
        using (rows)
        {
            while (found.Count < limit && rows.Read())
            {
                if (Read(rows) is var row && isSeen?.Invoke(row.Artifact) is not false)
                {
                    found.Add(row);
                }
            }
        }

        for (var i = 0; i < found.Count; i++)
        {
            if (found[i].Artifact is { Content: { } content } artifact)
            {
                found[i] = found[i] with { Artifact = artifact with { Content = content with { Layers = LayersOf(sql, artifact.Id) } } };
            }
        }

        return found;
    }

    private static List<Digest> LayersOf(SqlSession sql, long id)
    {
        using var rows = sql.Query("SELECT layer FROM artifact_layer WHERE artifact_id = $1 ORDER BY position", id);
        var layers = new List<Digest>();
        while (rows.Read())
        {
            layers.Add(Digest.Parse(rows.Text(0), null));
        }

        return layers;
    }

    private static ArtifactRow Read(SqlRows rows) => new(
        new()
        {
            Id = rows.Integer(0),
            Scope = new(rows.Text(1), rows.Text(2), rows.Text(3), (Trust)rows.Integer(4)),
            Producer = new(rows.Text(5), rows.Text(6), (int)rows.Integer(7)),
            Name = rows.Text(8),
            State = ArtifactTransitions.Parse(rows.Text(9)),
            Reason = rows.IsNull(10) ? null : rows.Text(10),
            StateSince = rows.Time(11),
            CreatedAt = rows.Time(12),
            Retention = TimeSpan.FromMilliseconds(rows.Integer(13)),
            ExpiresAt = rows.IsNull(14) ? null : rows.Time(14),
            Shareable = rows.Truth(15),
            Pin = rows.IsNull(16) ? null : new(rows.Text(16), rows.Time(17)),
            Content = rows.IsNull(18) ? null : new([], Digest.Parse(rows.Text(18), null), rows.Integer(19), rows.Integer(20)),
        },
        rows.Integer(21));
}
