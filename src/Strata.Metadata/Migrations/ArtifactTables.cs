namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Artifacts, drawn in docs/format/database.md.</summary>
internal static class ArtifactTables
{
    public static Migration First { get; } = new(5, """
        SELECT 1;
        """);
}
