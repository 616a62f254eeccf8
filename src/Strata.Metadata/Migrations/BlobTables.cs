namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Storage, drawn in docs/format/database.md.</summary>
internal static class BlobTables
{
    public static Migration First { get; } = new(4, OrgKeys);

    /// <summary>Keys of organizations, wrapped by the root key: base64.</summary>
    private const string OrgKeys = """
        CREATE TABLE blob_org_key (
            org TEXT PRIMARY KEY,
            root_key_id TEXT NOT NULL,
            wrapped TEXT NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        """;
}
