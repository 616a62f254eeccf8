namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Artifacts, drawn in docs/format/database.md.</summary>
internal static class ArtifactTables
{
    public static Migration First { get; } = new(5, """
        CREATE TABLE artifact (
            id INTEGER PRIMARY KEY,
            org TEXT NOT NULL,
            repo TEXT NOT NULL,
            ref TEXT NOT NULL,
            trust INTEGER NOT NULL CHECK (trust BETWEEN 0 AND 2),
            run_id TEXT NOT NULL,
            job TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            name TEXT NOT NULL,
            token INTEGER NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('pending', 'uploading', 'verifying', 'ready', 'failed', 'expired', 'deleted')),
            reason TEXT,
            state_since INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            retention_ms INTEGER NOT NULL,
            expires_at INTEGER,
            shareable INTEGER NOT NULL,
            pinned_by TEXT,
            pinned_at INTEGER,
            tree TEXT,
            size_bytes INTEGER,
            files INTEGER,
            CHECK ((pinned_by IS NULL) = (pinned_at IS NULL)),
            CHECK (state NOT IN ('pending', 'uploading', 'verifying', 'failed') OR tree IS NULL),
            CHECK (state NOT IN ('ready', 'expired') OR tree IS NOT NULL)
        ) STRICT;
        CREATE UNIQUE INDEX artifact_live ON artifact (run_id, name) WHERE state IN ('pending', 'uploading', 'verifying', 'ready');
        CREATE INDEX artifact_by_run ON artifact (run_id, name);
        CREATE INDEX artifact_by_repo ON artifact (org, repo, id);
        CREATE INDEX artifact_ready ON artifact (org, repo, size_bytes) WHERE state = 'ready';
        CREATE INDEX artifact_made ON artifact (id) WHERE state IN ('pending', 'uploading', 'verifying');
        CREATE INDEX artifact_expiring ON artifact (expires_at) WHERE state = 'ready' AND expires_at IS NOT NULL;
        CREATE INDEX artifact_over ON artifact (state_since) WHERE state IN ('failed', 'expired', 'deleted');
        CREATE TABLE artifact_layer (
            artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
            position INTEGER NOT NULL,
            layer TEXT NOT NULL,
            PRIMARY KEY (artifact_id, position)
        ) STRICT;
        CREATE INDEX artifact_layer_by_layer ON artifact_layer (layer);
        CREATE TABLE artifact_event (
            id INTEGER PRIMARY KEY,
            artifact_id INTEGER NOT NULL REFERENCES artifact (id) ON DELETE CASCADE,
            at INTEGER NOT NULL,
            state TEXT NOT NULL,
            actor TEXT NOT NULL,
            reason TEXT
        ) STRICT;
        CREATE INDEX artifact_event_by_artifact ON artifact_event (artifact_id, id);
        """);
}
