namespace Strata.Metadata.Migrations;

/// <summary>The schema of this program, step by step. Each table belongs to the module that its file names; only that module reads and writes it.</summary>
internal static class AllMigrations
{
    public static IReadOnlyList<Migration> List { get; } =
    [
        ImageLayerTables.First, LeaseTables.First, RunTables.First, BlobTables.First, ArtifactTables.First, CacheTables.First,
        TenancyTables.First, BlobTables.Second, CacheTables.Second, BlobTables.Third, CacheTables.Third,
    ];
}
