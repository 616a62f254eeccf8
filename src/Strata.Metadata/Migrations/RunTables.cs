namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Runs, drawn in docs/format/database.md.</summary>
internal static class RunTables
{
    public static Migration First { get; } = new(3, """
        SELECT 1;
        """);
}
