namespace Strata.Metadata.Migrations;

/// <summary>Tables of Strata.Caching, drawn in docs/format/database.md.</summary>
internal static class CacheTables
{
    public static Migration First { get; } = new(6, """
        SELECT 1;
        """);
}
