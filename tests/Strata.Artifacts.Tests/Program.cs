using Strata.Artifacts.Tests.Records;

namespace Strata.Artifacts.Tests;

/// <summary>What a child of a test does: <c>dotnet exec Strata.Artifacts.Tests.dll ROLE …</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments) => arguments switch
    {
        ["every-statement", var directory] => await ArtifactChild.EveryStatementAsync(directory),
        _ => 64,
    };
}
