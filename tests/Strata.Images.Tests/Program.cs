using System.Globalization;
using Strata.Images.Tests.Capturing;
using Strata.Images.Tests.Records;

namespace Strata.Images.Tests;

/// <summary>What a child of a test does: <c>dotnet exec Strata.Images.Tests.dll ROLE …</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments) => arguments switch
    {
        ["build-layers", var directory, var layers] => await RecordsChild.BuildLayersAsync(directory, int.Parse(layers, CultureInfo.InvariantCulture)),
        ["every-statement", var directory] => await RecordsChild.EveryStatementAsync(directory),
        ["rootless-steps", var directory] => await RootlessSteps.RunAsync(directory),
        _ => 64,
    };
}
