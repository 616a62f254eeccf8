namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Metadata/Leases, drawn in docs/format/database.md.</summary>
internal static class LeaseTables
{
    public static Migration First { get; } = new(2, """
        DROP TABLE build_lease;
        DROP TABLE build_lease_token;
        CREATE TABLE lease (
            name TEXT PRIMARY KEY,
            token INTEGER NOT NULL UNIQUE,
            owner TEXT NOT NULL,
            note TEXT NOT NULL,
            since INTEGER NOT NULL,
            expires_at INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE lease_token (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            last INTEGER NOT NULL
        ) STRICT;
        INSERT INTO lease_token (only, last) VALUES (1, 0);
        """);
}
