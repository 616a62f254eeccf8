using Strata.Core.Diagnostics;
using Strata.Storage.Posix;

namespace Strata.Storage.FileSystem;

/// <summary>Whether a directory can be a store at all: what never will is said before anything runs, and not tried again and again.</summary>
internal static class FilePlace
{
    /// <summary>One that is there and cannot be written may still be read.</summary>
    /// <returns>The directory.</returns>
    /// <exception cref="UserErrorException">It is none, or cannot be made.</exception>
    public static string Check(string directory)
    {
        var at = directory;
        while (!Path.Exists(at))
        {
            at = Path.GetDirectoryName(at)!; // the root is there
        }

        return !Directory.Exists(at) ? throw Cannot(directory, $"{at} is not a directory")
            : at != directory && !DurableFiles.MayWrite(at) ? throw Cannot(directory, $"it is not there, and {at} cannot be written")
            : directory;
    }

    private static UserErrorException Cannot(string directory, string why) => new(StorageDiagnostics.NoDirectory(directory, why));
}
