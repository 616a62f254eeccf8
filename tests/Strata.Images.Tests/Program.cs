using Strata.Images.Tests.Capturing;

namespace Strata.Images.Tests;

/// <summary>What a child of a test does: <c>dotnet exec Strata.Images.Tests.dll ROLE …</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments) => arguments switch
    {
        ["rootless-steps", var directory] => await RootlessSteps.RunAsync(directory),
        _ => 64,
    };
}
