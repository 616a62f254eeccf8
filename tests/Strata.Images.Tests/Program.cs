using Strata.Images.Tests.Records;

namespace Strata.Images.Tests;

/// <summary>What a child of a test does: <c>dotnet exec Strata.Images.Tests.dll ROLE …</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["build-layers", var directory, var layers]:
                return await RecordsChild.BuildLayersAsync(directory, int.Parse(layers));
            case ["every-statement", var directory]:
                return await RecordsChild.EveryStatementAsync(directory);
            default:
                return 64;
        }
    }
}
