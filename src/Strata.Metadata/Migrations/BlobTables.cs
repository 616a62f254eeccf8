namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Storage, drawn in docs/format/database.md.</summary>
internal static class BlobTables
{
    public static Migration First { get; } = new(4, """
        SELECT 1;
        """);
}
