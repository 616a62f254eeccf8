namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Images/Records, drawn in docs/format/database.md.</summary>
internal static class ImageLayerTables
{
    /// <summary>Trust: 0 fork, 1 internal, 2 protected. Times: milliseconds of Unix time. Digests as text.</summary>
    public static Migration First { get; } = new(1, """
        CREATE TABLE image_layer (
            id INTEGER PRIMARY KEY,
            org TEXT NOT NULL,
            repo TEXT NOT NULL,
            ref TEXT NOT NULL,
            trust INTEGER NOT NULL CHECK (trust BETWEEN 0 AND 2),
            layer_key TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('live', 'evicted', 'expired', 'quarantined')),
            reason TEXT,
            retired_at INTEGER,
            layer TEXT NOT NULL,
            size_bytes INTEGER NOT NULL,
            uses_network INTEGER NOT NULL,
            shareable INTEGER NOT NULL,
            run_id TEXT NOT NULL,
            job TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            last_used_at INTEGER NOT NULL,
            build_ms INTEGER NOT NULL,
            manifest TEXT NOT NULL,
            definition TEXT NOT NULL,
            step INTEGER NOT NULL,
            CHECK ((state = 'live') = (retired_at IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX image_layer_live ON image_layer (org, repo, layer_key, ref, trust) WHERE state = 'live';
        CREATE INDEX image_layer_by_layer ON image_layer (layer) WHERE state = 'live';
        CREATE INDEX image_layer_by_step ON image_layer (org, repo, definition, step);
        CREATE INDEX image_layer_retired ON image_layer (retired_at) WHERE state <> 'live';
        CREATE TABLE build_lease (
            org TEXT NOT NULL,
            repo TEXT NOT NULL,
            ref TEXT NOT NULL,
            trust INTEGER NOT NULL CHECK (trust BETWEEN 0 AND 2),
            layer_key TEXT NOT NULL,
            token INTEGER NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            log_path TEXT NOT NULL,
            since INTEGER NOT NULL,
            expires_at INTEGER NOT NULL,
            PRIMARY KEY (org, repo, ref, trust, layer_key)
        ) STRICT;
        CREATE TABLE build_lease_token (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            last INTEGER NOT NULL
        ) STRICT;
        INSERT INTO build_lease_token (only, last) VALUES (1, 0);
        """);
}
