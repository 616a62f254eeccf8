namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Storage, drawn in docs/format/database.md.</summary>
internal static class BlobTables
{
    public static Migration First { get; } = new(4, OrgKeys + Blobs);

    /// <summary>What was done with each store so far.</summary>
    public static Migration Second { get; } = new(8, """
        CREATE TABLE blob_counter (
            store TEXT PRIMARY KEY,
            stored INTEGER NOT NULL,
            present INTEGER NOT NULL,
            failed INTEGER NOT NULL,
            bytes_sent INTEGER NOT NULL,
            retries INTEGER NOT NULL,
            parts_resumed INTEGER NOT NULL,
            reaped INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """);

    /// <summary>Whoever reads a blob keeps it from being collected.</summary>
    public static Migration Third { get; } = new(10, "ALTER TABLE blob ADD COLUMN read_at INTEGER;");

    /// <summary>Keys of organizations, wrapped by the root key: base64.</summary>
    private const string OrgKeys = """
        CREATE TABLE blob_org_key (
            org TEXT PRIMARY KEY,
            root_key_id TEXT NOT NULL,
            wrapped TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        """;

    private const string Blobs = """
        CREATE TABLE blob_store (
            id TEXT PRIMARY KEY,
            location TEXT NOT NULL UNIQUE,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE blob (
            id INTEGER PRIMARY KEY,
            store TEXT NOT NULL,
            org TEXT NOT NULL,
            digest TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('live', 'deleting')),
            reason TEXT,
            object_key TEXT NOT NULL UNIQUE,
            wrapped_key TEXT NOT NULL,
            length_bytes INTEGER NOT NULL,
            stored_bytes INTEGER NOT NULL,
            index_offset INTEGER NOT NULL,
            index_length INTEGER NOT NULL,
            upload TEXT NOT NULL,
            owner TEXT NOT NULL,
            created_at INTEGER NOT NULL,
            pins INTEGER NOT NULL,
            doubt TEXT,
            CHECK ((state = 'live') = (reason IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX blob_live ON blob (store, org, digest) WHERE state = 'live';
        CREATE INDEX blob_deleting ON blob (store) WHERE state = 'deleting';
        CREATE TABLE blob_pin (
            blob INTEGER NOT NULL,
            lease TEXT NOT NULL,
            token INTEGER NOT NULL,
            PRIMARY KEY (blob, token, lease)
        ) STRICT;
        CREATE TABLE blob_upload (
            id TEXT PRIMARY KEY,
            store TEXT NOT NULL,
            org TEXT NOT NULL,
            owner TEXT NOT NULL,
            digest TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('open', 'ending')),
            object_key TEXT NOT NULL UNIQUE,
            upload_id TEXT,
            wrapped_key TEXT NOT NULL,
            length_bytes INTEGER NOT NULL,
            piece_bytes INTEGER NOT NULL,
            index_length INTEGER NOT NULL,
            lease TEXT NOT NULL,
            token INTEGER NOT NULL,
            started_at INTEGER NOT NULL,
            beat_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX blob_upload_by_owner ON blob_upload (store, org, owner);
        CREATE INDEX blob_upload_by_beat ON blob_upload (beat_at);
        CREATE TABLE blob_upload_part (
            upload TEXT NOT NULL,
            number INTEGER NOT NULL,
            first_piece INTEGER NOT NULL,
            offset_bytes INTEGER NOT NULL,
            length_bytes INTEGER NOT NULL,
            stored_bytes INTEGER NOT NULL,
            digest TEXT NOT NULL,
            md5 TEXT NOT NULL,
            etag TEXT NOT NULL,
            frames TEXT NOT NULL,
            PRIMARY KEY (upload, number)
        ) STRICT;
        """;
}
