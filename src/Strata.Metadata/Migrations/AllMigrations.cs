namespace Strata.Metadata.Migrations;

/// <summary>The schema of this program, step by step. Each table belongs to the module that its file names; only that module reads and writes it.</summary>
internal static class AllMigrations
{
    public static IReadOnlyList<Migration> List { get; } = [ImageLayerTables.First];
}
