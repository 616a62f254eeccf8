using System.Globalization;
using Strata.Caching.Tests.Entries;

namespace Strata.Caching.Tests;

/// <summary>What a child of a test does: <c>dotnet exec Strata.Caching.Tests.dll ROLE …</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments) => arguments switch
    {
        ["save", var directory, var run, var count] => await EntriesChild.SaveAsync(directory, run, int.Parse(count, CultureInfo.InvariantCulture)),
        ["every-statement", var directory] => await EntriesChild.EveryStatementAsync(directory),
        _ => 64,
    };
}
