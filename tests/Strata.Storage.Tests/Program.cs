using Strata.Storage.Tests.Uploads;

namespace Strata.Storage.Tests;

/// <summary>What a child of a test does: <c>dotnet exec Strata.Storage.Tests.dll ROLE …</c>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] arguments)
    {
        switch (arguments)
        {
            case ["store-blobs", var directory]:
                await UploadChild.StoreAsync(directory);
                return 0;
            default:
                return 64;
        }
    }
}
