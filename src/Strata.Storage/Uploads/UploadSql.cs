using Strata.Core;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Storage.Blobs;
using Strata.Storage.Frames;

namespace Strata.Storage.Uploads;

/// <summary>The statements on <c>blob_upload</c> and <c>blob_upload_part</c>, one a method.</summary>
internal static class UploadSql
{
    private const string Columns =
        "id, owner, digest, object_key, upload_id, wrapped_key, length_bytes, piece_bytes, index_length, lease, token, beat_at";

    public static void Insert(SqlSession sql, string store, string org, UploadRow row) => sql.Execute(
        $"""
        INSERT INTO blob_upload ({Columns}, store, org, state, started_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, 'open', $12)
        """,
        row.Id, row.Owner, row.Digest.ToString(), row.ObjectKey, row.UploadId, row.WrappedKey, row.LengthBytes, row.PieceBytes, row.IndexLength, row.Lease.Name, row.Lease.Number,
        row.BeatAt, store, org);

    /// <summary>Open ones.</summary>
    public static List<UploadRow> ListOpen(SqlSession sql, string store, string org, string owner)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM blob_upload WHERE store = $1 AND org = $2 AND owner = $3 AND state = 'open' ORDER BY started_at, id", store, org, owner);
        return ReadAll(rows);
    }

    /// <returns>Null: gone, or ending.</returns>
    public static UploadRow? FindOpen(SqlSession sql, string id)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM blob_upload WHERE id = $1 AND state = 'open'", id);
        return rows.Read() ? Read(rows) : null;
    }

    /// <returns>Null: gone, or open.</returns>
    public static UploadRow? FindEnding(SqlSession sql, string id)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM blob_upload WHERE id = $1 AND state = 'ending'", id);
        return rows.Read() ? Read(rows) : null;
    }

    /// <summary>Ending ones, and open ones without a beat since then.</summary>
    public static List<UploadRow> ListAbandoned(SqlSession sql, string store, DateTimeOffset before)
    {
        using var rows = sql.Query($"SELECT {Columns} FROM blob_upload WHERE store = $1 AND (state = 'ending' OR beat_at < $2) ORDER BY beat_at, id", store, before);
        return ReadAll(rows);
    }

    public static bool IsKnown(SqlSession sql, UploadTarget target)
    {
        using var rows = sql.Query("SELECT 1 FROM blob_upload WHERE object_key = $1 AND upload_id = $2", target.Key, target.UploadId);
        return rows.Read();
    }

    public static void TakeOver(SqlSession sql, string id, Digest digest, long lengthBytes, LeaseToken lease, DateTimeOffset now) => sql.Execute(
        "UPDATE blob_upload SET digest = $2, length_bytes = $3, lease = $4, token = $5, beat_at = $6 WHERE id = $1",
        id, digest.ToString(), lengthBytes, lease.Name, lease.Number, now);

    public static void SetUploadId(SqlSession sql, string id, string uploadId, DateTimeOffset now) =>
        sql.Execute("UPDATE blob_upload SET upload_id = $2, beat_at = $3 WHERE id = $1", id, uploadId, now);

    public static void SetIndexLength(SqlSession sql, string id, int indexLength) =>
        sql.Execute("UPDATE blob_upload SET index_length = $2 WHERE id = $1", id, indexLength);

    public static void Beat(SqlSession sql, string id, DateTimeOffset now) => sql.Execute("UPDATE blob_upload SET beat_at = $2 WHERE id = $1", id, now);

    /// <summary>Nobody goes on with it; its bytes go first, then the row.</summary>
    public static bool End(SqlSession sql, string id) => sql.Execute("UPDATE blob_upload SET state = 'ending' WHERE id = $1 AND state = 'open'", id) > 0;

    public static bool EndAbandoned(SqlSession sql, string id, DateTimeOffset before) =>
        sql.Execute("UPDATE blob_upload SET state = 'ending' WHERE id = $1 AND (state = 'ending' OR beat_at < $2)", id, before) > 0;

    /// <summary>The row alone: it has become a blob, which keeps its parts.</summary>
    public static void RemoveRow(SqlSession sql, string id) => sql.Execute("DELETE FROM blob_upload WHERE id = $1", id);

    public static void RemoveParts(SqlSession sql, string id) => sql.Execute("DELETE FROM blob_upload_part WHERE upload = $1", id);

    public static void RemovePart(SqlSession sql, string id, int number) => sql.Execute("DELETE FROM blob_upload_part WHERE upload = $1 AND number = $2", id, number);

    public static void SetPart(SqlSession sql, string id, PartRow part) => sql.Execute(
        """
        INSERT INTO blob_upload_part (upload, number, first_piece, offset_bytes, length_bytes, stored_bytes, digest, md5, etag, frames)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (upload, number) DO UPDATE SET
            first_piece = excluded.first_piece, offset_bytes = excluded.offset_bytes, length_bytes = excluded.length_bytes, stored_bytes = excluded.stored_bytes,
            digest = excluded.digest, md5 = excluded.md5, etag = excluded.etag, frames = excluded.frames
        """,
        id, part.Number, part.FirstPiece, part.Offset, part.Length, part.StoredBytes, DigestOf(part).ToString(), part.Md5, part.ETag, Encode(part.Pieces));

    public static List<PartRow> ListParts(SqlSession sql, string id)
    {
        using var rows = sql.Query("SELECT number, first_piece, offset_bytes, stored_bytes, md5, etag, frames FROM blob_upload_part WHERE upload = $1 ORDER BY number", id);
        var parts = new List<PartRow>();
        while (rows.Read())
        {
            parts.Add(new((int)rows.Integer(0), (int)rows.Integer(1), rows.Integer(2), rows.Integer(3), rows.Text(4), rows.Text(5), Decode(rows.Text(6))));
        }

        return parts;
    }

    /// <summary>Of the plaintext: a piece's, or the hash of its pieces'.</summary>
    private static Digest DigestOf(PartRow part)
    {
        if (part.Pieces.Count == 1)
        {
            return part.Pieces[0].Digest;
        }

        var hashes = new byte[part.Pieces.Count * 32];
        for (var i = 0; i < part.Pieces.Count; i++)
        {
            part.Pieces[i].Digest.CopyTo(hashes.AsSpan(i * 32));
        }

        return Digest.Of(hashes);
    }

    private static string Encode(IReadOnlyList<FrameList> pieces) => string.Join('\n', pieces.Select(static p => p.Encode()));

    private static List<FrameList> Decode(string text) => text.Length == 0 ? [] : [.. text.Split('\n').Select(FrameList.Decode)];

    private static List<UploadRow> ReadAll(SqlRows rows)
    {
        var all = new List<UploadRow>();
        while (rows.Read())
        {
            all.Add(Read(rows));
        }

        return all;
    }

    private static UploadRow Read(SqlRows rows) => new()
    {
        Id = rows.Text(0),
        Owner = rows.Text(1),
        Digest = Digest.Parse(rows.Text(2), null),
        ObjectKey = rows.Text(3),
        UploadId = rows.IsNull(4) ? null : rows.Text(4),
        WrappedKey = rows.Text(5),
        LengthBytes = rows.Integer(6),
        PieceBytes = (int)rows.Integer(7),
        IndexLength = (int)rows.Integer(8),
        Lease = new(rows.Text(9), rows.Integer(10)),
        BeatAt = rows.Time(11),
    };
}
