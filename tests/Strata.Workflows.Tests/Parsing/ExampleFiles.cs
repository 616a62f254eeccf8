namespace Strata.Workflows.Tests.Parsing;

/// <summary>The workflows of <c>examples/</c>.</summary>
internal static class ExampleFiles
{
    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<string> All() =>
        [.. Directory.EnumerateFiles(Path.Combine(Root, "examples"), "strata.yml", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2 })];

    private static string FindRoot()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            if (File.Exists(Path.Combine(directory, "Strata.slnx")))
            {
                return directory;
            }
        }

        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
