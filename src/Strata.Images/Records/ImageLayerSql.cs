using Strata.Core;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <summary>Whose a record is: what decides who sees it.</summary>
internal readonly record struct RecordPlace(long Id, Scope Scope, bool Shareable);

/// <summary>The statements on <c>image_layer</c>, one a method.</summary>
internal static class ImageLayerSql
{
    /// <summary>What was revoked is not found, whether its row says so already or not.</summary>
    private const string NotRevoked = "NOT EXISTS (SELECT 1 FROM revoked_product WHERE revoked_product.kind = 1 AND revoked_product.id = image_layer.id)";

    private const string Columns = """
        org, repo, ref, trust, layer_key, layer, size_bytes, uses_network, shareable, run_id, job, attempt,
        created_at, last_used_at, build_ms, manifest, definition, step
        """;

    /// <summary>Live ones of a key that the reader may see, and some it may not; newest first.</summary>
    public static List<RecordPlace> PlacesOf(SqlSession sql, Digest key, RunIdentity reader)
    {
        using var rows = sql.Query($"""
            SELECT id, ref, trust, shareable FROM image_layer
            WHERE org = $1 AND repo = $2 AND layer_key = $3 AND state = 'live' AND trust >= $4 AND (trust > 0 OR ref = $5) AND {NotRevoked}
            ORDER BY created_at DESC, id DESC
            """, reader.Organization, reader.Repository, key.ToString(), (long)reader.Trust, Scope.Of(reader).Ref);
        return PlacesOf(rows, reader);
    }

    /// <summary>Those of a definition's step that the reader may see, and some it may not; last used first.</summary>
    public static List<RecordPlace> PlacesOf(SqlSession sql, string definition, int step, RunIdentity reader)
    {
        using var rows = sql.Query("""
            SELECT id, ref, trust, shareable FROM image_layer
            WHERE org = $1 AND repo = $2 AND definition = $3 AND step = $4 AND trust >= $5 AND (trust > 0 OR ref = $6)
            ORDER BY last_used_at DESC, id DESC
            """, reader.Organization, reader.Repository, definition, step, (long)reader.Trust, Scope.Of(reader).Ref);
        return PlacesOf(rows, reader);
    }

    public static ImageLayerRecord Get(SqlSession sql, long id)
    {
        using var rows = sql.Query($"SELECT {Columns}, reason FROM image_layer WHERE id = $1", id);
        return rows.Read() ? Read(rows) with { RetiredBecause = rows.IsNull(18) ? null : rows.Text(18) } : throw new InvalidOperationException($"There is no image layer record {id}.");
    }

    public static ImageLayerRecord GetLive(SqlSession sql, Digest key, Scope scope)
    {
        using var rows = sql.Query(
            $"SELECT {Columns} FROM image_layer WHERE org = $1 AND repo = $2 AND ref = $3 AND trust = $4 AND layer_key = $5 AND state = 'live'",
            scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, key.ToString());
        return rows.Read() ? Read(rows) : throw new InvalidOperationException($"There is no live image layer record {key} in {scope}.");
    }

    public static IReadOnlyList<ImageLayerRecord> ListLive(SqlSession sql)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM image_layer WHERE state = 'live' AND {NotRevoked} ORDER BY last_used_at DESC, id DESC");
        var records = new List<ImageLayerRecord>();
        while (rows.Read())
        {
            records.Add(Read(rows));
        }

        return records;
    }

    /// <returns>False: a live one of this scope and key is there.</returns>
    public static bool Insert(SqlSession sql, ImageLayerRecord record) => sql.Execute(
        $"""
        INSERT INTO image_layer ({Columns}, state)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, 'live')
        ON CONFLICT (org, repo, layer_key, ref, trust) WHERE state = 'live' DO NOTHING
        """,
        record.Scope.Organization, record.Scope.Repository, record.Scope.Ref, (long)record.Scope.Trust, record.Key.ToString(), record.Layer.ToString(), record.SizeBytes,
        record.UsesNetwork, record.Shareable, record.Producer.RunId, record.Producer.Job, record.Producer.Attempt, record.CreatedAt, record.LastUsedAt,
        (long)record.BuildDuration.TotalMilliseconds, record.Manifest, record.Definition, record.Step) > 0;

    /// <summary>Live, and not marked since then; or its step was something else since it was last marked. Not if the clock was set back: marks only go on.</summary>
    public static bool IsStale(SqlSession sql, Digest key, Scope scope, DateTimeOffset now, DateTimeOffset since)
    {
        using var rows = sql.Query("""
            SELECT 1 FROM image_layer used
            WHERE org = $1 AND repo = $2 AND ref = $3 AND trust = $4 AND layer_key = $5 AND state = 'live' AND last_used_at < $7 AND (last_used_at <= $6 OR EXISTS (
                SELECT 1 FROM image_layer other
                WHERE other.org = used.org AND other.repo = used.repo AND other.ref = used.ref AND other.trust = used.trust
                    AND other.definition = used.definition AND other.step = used.step AND other.last_used_at >= used.last_used_at AND other.id <> used.id))
            """, scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, key.ToString(), since, now);
        return rows.Read();
    }

    public static void Touch(SqlSession sql, Digest key, Scope scope, DateTimeOffset now) => sql.Execute(
        "UPDATE image_layer SET last_used_at = $6 WHERE org = $1 AND repo = $2 AND ref = $3 AND trust = $4 AND layer_key = $5 AND state = 'live' AND last_used_at < $6",
        scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, key.ToString(), now);

    /// <returns>False: none was live.</returns>
    public static bool Retire(SqlSession sql, Digest key, Scope scope, string state, string reason, DateTimeOffset now) => sql.Execute(
        """
        UPDATE image_layer SET state = $6, reason = $7, retired_at = $8
        WHERE org = $1 AND repo = $2 AND ref = $3 AND trust = $4 AND layer_key = $5 AND state = 'live'
        """,
        scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, key.ToString(), state, reason, now) > 0;

    /// <summary>Of rows out of use since then.</summary>
    public static List<long> ListRetired(SqlSession sql, DateTimeOffset before)
    {
        using var rows = sql.Query("SELECT id FROM image_layer WHERE state <> 'live' AND retired_at < $1", before);
        return IdsOf(rows);
    }

    public static void Remove(SqlSession sql, long id) => sql.Execute("DELETE FROM image_layer WHERE id = $1 AND state <> 'live'", id);

    public static long? FindLiveId(SqlSession sql, Digest key, Scope scope)
    {
        using var rows = sql.Query(
            "SELECT id FROM image_layer WHERE org = $1 AND repo = $2 AND ref = $3 AND trust = $4 AND layer_key = $5 AND state = 'live'",
            scope.Organization, scope.Repository, scope.Ref, (long)scope.Trust, key.ToString());
        return rows.Read() ? rows.Integer(0) : null;
    }

    /// <summary>Rows of a layer that was built from a key, as trusted as the reader or more: one of them was used.</summary>
    public static List<long> IdsOf(SqlSession sql, string organization, string repository, Trust trust, LayerSource source)
    {
        using var rows = sql.Query(
            "SELECT id FROM image_layer WHERE org = $1 AND repo = $2 AND layer_key = $3 AND layer = $4 AND state = 'live' AND trust >= $5",
            organization, repository, source.Key.ToString(), source.Layer.ToString(), (long)trust);
        return IdsOf(rows);
    }

    private static List<long> IdsOf(SqlRows rows)
    {
        var ids = new List<long>();
        while (rows.Read())
        {
            ids.Add(rows.Integer(0));
        }

        return ids;
    }

    /// <summary>Layers of live records, by organization.</summary>
    public static List<(string Organization, Digest Layer)> ListLayers(SqlSession sql)
    {
        using var rows = sql.Query("SELECT DISTINCT org, layer FROM image_layer WHERE state = 'live'");
        var layers = new List<(string, Digest)>();
        while (rows.Read())
        {
            layers.Add((rows.Text(0), Digest.Parse(rows.Text(1), null)));
        }

        return layers;
    }

    private static List<RecordPlace> PlacesOf(SqlRows rows, RunIdentity reader)
    {
        var places = new List<RecordPlace>();
        while (rows.Read())
        {
            places.Add(new(rows.Integer(0), new(reader.Organization, reader.Repository, rows.Text(1), (Trust)rows.Integer(2)), rows.Truth(3)));
        }

        return places;
    }

    private static ImageLayerRecord Read(SqlRows rows) => new()
    {
        Scope = new(rows.Text(0), rows.Text(1), rows.Text(2), (Trust)rows.Integer(3)),
        Key = Digest.Parse(rows.Text(4), null),
        Layer = Digest.Parse(rows.Text(5), null),
        SizeBytes = rows.Integer(6),
        UsesNetwork = rows.Truth(7),
        Shareable = rows.Truth(8),
        Producer = new(rows.Text(9), rows.Text(10), (int)rows.Integer(11)),
        CreatedAt = rows.Time(12),
        LastUsedAt = rows.Time(13),
        BuildDuration = TimeSpan.FromMilliseconds(rows.Integer(14)),
        Manifest = rows.Text(15),
        Definition = rows.Text(16),
        Step = (int)rows.Integer(17),
    };
}
