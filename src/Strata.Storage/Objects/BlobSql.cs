using Strata.Core;
using Strata.Metadata;
using Strata.Metadata.Leases;

namespace Strata.Storage.Objects;

/// <summary>The statements on <c>blob</c>, <c>blob_pin</c> and <c>blob_store</c>, one a method.</summary>
internal static class BlobSql
{
    private const string Columns =
        "org, digest, object_key, wrapped_key, length_bytes, stored_bytes, index_offset, index_length, upload, owner, created_at, pins, doubt";

    /// <summary>The id under which a place's objects lie, made when it is first used: two databases that share a bucket never touch each other's.</summary>
    public static string? FindStore(SqlSession sql, string location)
    {
        using var rows = sql.Query("SELECT id FROM blob_store WHERE location = $1", location);
        return rows.Read() ? rows.Text(0) : null;
    }

    public static void InsertStore(SqlSession sql, string id, string location, DateTimeOffset now) =>
        sql.Execute("INSERT INTO blob_store (id, location, created_at) VALUES ($1, $2, $3) ON CONFLICT (location) DO NOTHING", id, location, now);

    public static BlobRow? FindLive(SqlSession sql, string store, string org, Digest digest)
    {
        using var rows = sql.Query($"SELECT id, {Columns} FROM blob WHERE store = $1 AND org = $2 AND digest = $3 AND state = 'live'", store, org, digest.ToString());
        return rows.Read() ? Read(rows) : null;
    }

    public static List<BlobRow> ListLive(SqlSession sql, string store) => List(sql, store, "live");

    public static List<BlobRow> ListDeleting(SqlSession sql, string store) => List(sql, store, "deleting");

    public static long CountLive(SqlSession sql, string store)
    {
        using var rows = sql.Query("SELECT count(*) FROM blob WHERE store = $1 AND state = 'live'", store);
        return rows.Read() ? rows.Integer(0) : 0;
    }

    /// <summary>Nothing of the organization and digest is live.</summary>
    public static long Insert(SqlSession sql, string store, BlobRow row)
    {
        using var rows = sql.Query(
            $"""
            INSERT INTO blob ({Columns}, store, state)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'live') RETURNING id
            """,
            row.Org, row.Digest.ToString(), row.ObjectKey, row.WrappedKey, row.LengthBytes, row.StoredBytes, row.Index.Offset, row.Index.StoredLength, row.Upload, row.Owner,
            row.CreatedAt, row.Pins, row.Doubt, store);
        var id = rows.Read() ? rows.Integer(0) : throw new InvalidOperationException("A blob was not recorded.");
        _ = rows.Read(); // to its end: only then it has happened
        return id;
    }

    /// <summary>It is not collected while the lease is held.</summary>
    public static void Pin(SqlSession sql, long id, LeaseToken lease)
    {
        sql.Execute("INSERT INTO blob_pin (blob, lease, token) VALUES ($1, $2, $3) ON CONFLICT (blob, token, lease) DO NOTHING", id, lease.Name, lease.Number);
        sql.Execute("UPDATE blob SET pins = pins + 1 WHERE id = $1", id);
    }

    public static List<LeaseToken> PinsOf(SqlSession sql, long id)
    {
        using var rows = sql.Query("SELECT lease, token FROM blob_pin WHERE blob = $1", id);
        var leases = new List<LeaseToken>();
        while (rows.Read())
        {
            leases.Add(new(rows.Text(0), rows.Integer(1)));
        }

        return leases;
    }

    /// <summary>Of attempts that ended.</summary>
    public static void RemoveDeadPins(SqlSession sql, long id)
    {
        foreach (var lease in PinsOf(sql, id))
        {
            if (!lease.IsHeld(sql))
            {
                sql.Execute("DELETE FROM blob_pin WHERE blob = $1 AND lease = $2 AND token = $3", id, lease.Name, lease.Number);
            }
        }
    }

    public static List<long> ListPinned(SqlSession sql)
    {
        using var rows = sql.Query("SELECT DISTINCT blob FROM blob_pin");
        var ids = new List<long>();
        while (rows.Read())
        {
            ids.Add(rows.Integer(0));
        }

        return ids;
    }

    public static long CountPins(SqlSession sql, long id)
    {
        using var rows = sql.Query("SELECT pins FROM blob WHERE id = $1 AND state = 'live'", id);
        return rows.Read() ? rows.Integer(0) : -1;
    }

    /// <summary>Out of use; its bytes go next, then <see cref="Remove"/>.</summary>
    /// <returns>False: it was not live.</returns>
    public static bool Retire(SqlSession sql, long id, string reason) =>
        sql.Execute("UPDATE blob SET state = 'deleting', reason = $2 WHERE id = $1 AND state = 'live'", id, reason) > 0;

    /// <summary>As <see cref="Retire(SqlSession, long, string)"/>, unless somebody has begun to read it since.</summary>
    public static bool RetireUnread(SqlSession sql, long id, DateTimeOffset since, string reason) =>
        sql.Execute("UPDATE blob SET state = 'deleting', reason = $2 WHERE id = $1 AND state = 'live' AND (read_at IS NULL OR read_at < $3)", id, reason, since) > 0;

    /// <returns>False: it is not live any more.</returns>
    public static bool MarkRead(SqlSession sql, long id, DateTimeOffset now) => sql.Execute("UPDATE blob SET read_at = $2 WHERE id = $1 AND state = 'live'", id, now) > 0;

    /// <summary>Of a live blob that nobody doubts, in whatever store this database has used.</summary>
    public static string? FindLocation(SqlSession sql, string org, Digest digest)
    {
        using var rows = sql.Query(
            """
            SELECT blob_store.location FROM blob JOIN blob_store ON blob_store.id = blob.store
            WHERE blob.org = $1 AND blob.digest = $2 AND blob.state = 'live' AND blob.doubt IS NULL ORDER BY blob.id DESC
            """, org, digest.ToString());
        return rows.Read() ? rows.Text(0) : null;
    }

    public static void Doubt(SqlSession sql, long id, string? reason) => sql.Execute("UPDATE blob SET doubt = $2 WHERE id = $1", id, reason);

    /// <summary>Unless it was doubted otherwise meanwhile.</summary>
    public static void Trust(SqlSession sql, long id, string doubt) => sql.Execute("UPDATE blob SET doubt = NULL WHERE id = $1 AND doubt = $2", id, doubt);

    public static void Remove(SqlSession sql, long id)
    {
        sql.Execute("DELETE FROM blob_pin WHERE blob = $1", id);
        sql.Execute("DELETE FROM blob WHERE id = $1", id);
    }

    /// <summary>Whether a row says that an object is being written, lies or goes under this key.</summary>
    public static bool IsKnown(SqlSession sql, string objectKey)
    {
        using var rows = sql.Query("SELECT 1 FROM blob WHERE object_key = $1 UNION ALL SELECT 1 FROM blob_upload WHERE object_key = $1", objectKey);
        return rows.Read();
    }

    private static List<BlobRow> List(SqlSession sql, string store, string state)
    {
        using var rows = sql.Query($"SELECT id, {Columns} FROM blob WHERE store = $1 AND state = $2 ORDER BY id", store, state);
        var all = new List<BlobRow>();
        while (rows.Read())
        {
            all.Add(Read(rows));
        }

        return all;
    }

    private static BlobRow Read(SqlRows rows) => new()
    {
        Id = rows.Integer(0),
        Org = rows.Text(1),
        Digest = Digest.Parse(rows.Text(2), null),
        ObjectKey = rows.Text(3),
        WrappedKey = rows.Text(4),
        LengthBytes = rows.Integer(5),
        StoredBytes = rows.Integer(6),
        Index = new(rows.Integer(7), (int)rows.Integer(8)),
        Upload = rows.Text(9),
        Owner = rows.Text(10),
        CreatedAt = rows.Time(11),
        Pins = rows.Integer(12),
        Doubt = rows.IsNull(13) ? null : rows.Text(13),
    };
}
