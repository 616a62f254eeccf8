namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Tenancy, drawn in docs/format/database.md.</summary>
internal static class TenancyTables
{
    public static Migration First { get; } = new(7, """
        CREATE TABLE derivation (
            source_kind INTEGER NOT NULL,
            source_id INTEGER NOT NULL,
            kind INTEGER NOT NULL,
            id INTEGER NOT NULL,
            PRIMARY KEY (source_kind, source_id, kind, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX derivation_of ON derivation (kind, id);
        CREATE TABLE revocation (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            run_id TEXT NOT NULL UNIQUE,
            actor TEXT NOT NULL,
            at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE revoked_product (
            kind INTEGER NOT NULL,
            id INTEGER NOT NULL,
            revocation INTEGER NOT NULL REFERENCES revocation,
            pending INTEGER NOT NULL,
            PRIMARY KEY (kind, id)
        ) STRICT, WITHOUT ROWID;
        CREATE INDEX revoked_product_by ON revoked_product (revocation, kind, id);
        CREATE INDEX revoked_product_pending ON revoked_product (kind, id) WHERE pending = 1;
        CREATE TABLE audit_batch (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            org TEXT NOT NULL,
            number INTEGER NOT NULL,
            events INTEGER NOT NULL,
            previous TEXT NOT NULL,
            seal TEXT NOT NULL,
            UNIQUE (org, number)
        ) STRICT;
        CREATE TABLE audit_event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            batch INTEGER NOT NULL REFERENCES audit_batch,
            at INTEGER NOT NULL,
            repo TEXT NOT NULL,
            action TEXT NOT NULL,
            actor TEXT NOT NULL,
            subject TEXT NOT NULL,
            detail TEXT NOT NULL
        ) STRICT;
        CREATE INDEX audit_event_of ON audit_event (batch, id);
        CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit events never change'); END;
        CREATE TRIGGER audit_event_kept BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit events never go'); END;
        CREATE TRIGGER audit_batch_stays BEFORE UPDATE ON audit_batch BEGIN SELECT RAISE(ABORT, 'audit batches never change'); END;
        CREATE TRIGGER audit_batch_kept BEFORE DELETE ON audit_batch BEGIN SELECT RAISE(ABORT, 'audit batches never go'); END;
        """);
}
