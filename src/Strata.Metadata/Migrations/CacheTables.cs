namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Caching, drawn in docs/format/database.md.</summary>
internal static class CacheTables
{
    /// <summary>Trust: 0 fork, 1 internal, 2 protected. Kind: 0 dependency, 1 step. Times: milliseconds of Unix time. Digests as text.</summary>
    public static Migration First { get; } = new(6, """
        CREATE TABLE cache_repo (
            id INTEGER PRIMARY KEY,
            org TEXT NOT NULL,
            repo TEXT NOT NULL,
            entries INTEGER NOT NULL,
            size_bytes INTEGER NOT NULL,
            UNIQUE (org, repo)
        ) STRICT;
        CREATE TABLE cache_slot (
            id INTEGER PRIMARY KEY,
            repo INTEGER NOT NULL REFERENCES cache_repo,
            kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 1),
            identity TEXT NOT NULL,
            UNIQUE (repo, kind, identity)
        ) STRICT;
        CREATE TABLE cache_entry (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            slot INTEGER NOT NULL REFERENCES cache_slot,
            repo INTEGER NOT NULL REFERENCES cache_repo,
            kind INTEGER NOT NULL,
            ref TEXT NOT NULL,
            trust INTEGER NOT NULL CHECK (trust BETWEEN 0 AND 2),
            is_default INTEGER NOT NULL,
            key TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('live', 'evicted', 'expired', 'quarantined', 'revoked')),
            retired_at INTEGER,
            shareable INTEGER NOT NULL,
            created_at INTEGER NOT NULL,
            last_used_at INTEGER NOT NULL,
            ttl_ms INTEGER,
            max_age_ms INTEGER,
            expires_at INTEGER,
            size_bytes INTEGER NOT NULL,
            spent_ms INTEGER NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            run_id TEXT NOT NULL,
            job TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            reason TEXT,
            content TEXT NOT NULL,
            manifest TEXT NOT NULL,
            effects TEXT,
            CHECK ((state = 'live') = (retired_at IS NULL))
        ) STRICT;
        CREATE UNIQUE INDEX cache_entry_live ON cache_entry (slot, ref, key, trust) WHERE state = 'live';
        CREATE INDEX cache_entry_recent ON cache_entry (slot, ref, created_at) WHERE state = 'live';
        CREATE INDEX cache_entry_key ON cache_entry (slot, key, trust, created_at) WHERE state = 'live';
        CREATE INDEX cache_entry_protected ON cache_entry (slot, created_at) WHERE state = 'live' AND trust = 2;
        CREATE INDEX cache_entry_used ON cache_entry (last_used_at) WHERE state = 'live';
        CREATE INDEX cache_entry_expiry ON cache_entry (expires_at) WHERE state = 'live' AND expires_at IS NOT NULL;
        CREATE INDEX cache_entry_retired ON cache_entry (slot, key, retired_at) WHERE state <> 'live';
        CREATE INDEX cache_entry_gone ON cache_entry (retired_at) WHERE state <> 'live';
        CREATE INDEX cache_entry_named ON cache_entry (repo, kind, name, created_at);
        CREATE INDEX cache_entry_run ON cache_entry (run_id);
        CREATE TABLE cache_layer (
            id INTEGER PRIMARY KEY,
            repo INTEGER NOT NULL REFERENCES cache_repo,
            layer TEXT NOT NULL,
            size_bytes INTEGER NOT NULL,
            entries INTEGER NOT NULL,
            UNIQUE (repo, layer)
        ) STRICT;
        CREATE INDEX cache_layer_live ON cache_layer (layer) WHERE entries > 0;
        CREATE TABLE cache_entry_layer (
            entry INTEGER NOT NULL REFERENCES cache_entry,
            layer INTEGER NOT NULL REFERENCES cache_layer,
            PRIMARY KEY (entry, layer)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX cache_entry_layer_of ON cache_entry_layer (layer, entry);
        CREATE TABLE cache_lookup (
            id INTEGER PRIMARY KEY,
            at INTEGER NOT NULL,
            run_id TEXT NOT NULL,
            job TEXT NOT NULL,
            attempt INTEGER NOT NULL,
            org TEXT NOT NULL,
            repo TEXT NOT NULL,
            ref TEXT NOT NULL,
            trust INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            name TEXT NOT NULL,
            type TEXT NOT NULL,
            identity TEXT NOT NULL,
            key TEXT NOT NULL,
            class TEXT NOT NULL,
            reason TEXT NOT NULL,
            matched_key TEXT,
            entry INTEGER,
            nearest INTEGER,
            changes TEXT NOT NULL,
            save TEXT NOT NULL,
            save_reason TEXT
        ) STRICT;
        CREATE INDEX cache_lookup_run ON cache_lookup (run_id, job, name);
        CREATE INDEX cache_lookup_at ON cache_lookup (at);
        CREATE TABLE cache_counter (
            repo INTEGER NOT NULL REFERENCES cache_repo,
            kind INTEGER NOT NULL,
            type TEXT NOT NULL,
            name TEXT NOT NULL,
            hits INTEGER NOT NULL,
            partial INTEGER NOT NULL,
            misses INTEGER NOT NULL,
            errors INTEGER NOT NULL,
            saves INTEGER NOT NULL,
            restored_bytes INTEGER NOT NULL,
            transferred_bytes INTEGER NOT NULL,
            saved_bytes INTEGER NOT NULL,
            saved_ms INTEGER NOT NULL,
            spent_ms INTEGER NOT NULL,
            PRIMARY KEY (repo, kind, type, name)
        ) STRICT, WITHOUT ROWID;
        """);

    /// <summary>Switches as definitions state them, and what jobs take without a cache.</summary>
    public static Migration Second { get; } = new(9, """
        CREATE TABLE cache_sharing (
            repo INTEGER NOT NULL REFERENCES cache_repo,
            ref TEXT NOT NULL,
            kind INTEGER NOT NULL,
            job TEXT NOT NULL,
            name TEXT NOT NULL,
            shares INTEGER NOT NULL,
            run_id TEXT NOT NULL,
            at INTEGER NOT NULL,
            PRIMARY KEY (repo, ref, kind, job, name)
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE cache_entry ADD COLUMN shares INTEGER NOT NULL DEFAULT 1;
        CREATE TABLE cache_baseline (
            repo INTEGER NOT NULL REFERENCES cache_repo,
            name TEXT NOT NULL,
            job TEXT NOT NULL,
            work_ms INTEGER NOT NULL,
            PRIMARY KEY (repo, name, job)
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE cache_counter ADD COLUMN measured INTEGER NOT NULL DEFAULT 0;
        """);

    /// <summary>Look-ups are found by the id that the workflow gives a job; null in older ones.</summary>
    public static Migration Third { get; } = new(11, "ALTER TABLE cache_lookup ADD COLUMN job_id TEXT;");
}
