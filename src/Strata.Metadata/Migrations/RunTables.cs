namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Runs, drawn in docs/format/database.md.</summary>
internal static class RunTables
{
    public static Migration First { get; } = new(3, """
        CREATE TABLE run (
            run_id TEXT PRIMARY KEY,
            org TEXT NOT NULL,
            repo TEXT NOT NULL,
            ref TEXT NOT NULL,
            trust INTEGER NOT NULL CHECK (trust BETWEEN 0 AND 2),
            commit_id TEXT,
            workflow TEXT NOT NULL,
            is_dirty INTEGER NOT NULL,
            token INTEGER NOT NULL UNIQUE,
            status TEXT NOT NULL CHECK (status IN ('running', 'success', 'failure', 'cancelled', 'skipped', 'lost')),
            reason TEXT,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            CHECK ((status = 'running') = (ended_at IS NULL))
        ) STRICT;
        CREATE INDEX run_by_repo ON run (org, repo, started_at);
        CREATE INDEX run_running ON run (run_id) WHERE status = 'running';
        CREATE TABLE run_attempt (
            run_id TEXT NOT NULL REFERENCES run (run_id),
            job TEXT NOT NULL,
            attempt INTEGER NOT NULL CHECK (attempt > 0),
            token INTEGER NOT NULL UNIQUE,
            status TEXT NOT NULL CHECK (status IN ('running', 'success', 'failure', 'cancelled', 'lost')),
            reason TEXT,
            started_at INTEGER NOT NULL,
            ended_at INTEGER,
            PRIMARY KEY (run_id, job, attempt),
            CHECK ((status = 'running') = (ended_at IS NULL))
        ) STRICT;
        CREATE INDEX run_attempt_running ON run_attempt (run_id) WHERE status = 'running';
        """);
}
