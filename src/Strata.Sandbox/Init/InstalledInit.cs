using System.Runtime.InteropServices;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Init;

/// <summary>The init program as a file: written once into the data directory, linked into each sandbox.</summary>
internal static class InstalledInit
{
    /// <summary>Also proves itself: a file of another size (a torn write) is written again.</summary>
    internal static string Ensure(string directory)
    {
        var image = JobInit.BuildElf(RuntimeInformation.ProcessArchitecture);
        var path = Path.Combine(directory, $"init-{Core.Digest.Of(image).Short}");
        if (new FileInfo(path) is { Exists: true } file && file.Length == image.Length)
        {
            return path;
        }

        Directory.CreateDirectory(directory);
        var temporary = $"{path}.{Environment.ProcessId}";
        File.WriteAllBytes(temporary, image);
        if (LibC.ChangeMode(temporary, 0b101_101_101) < 0)
        {
            throw Errno.Failure(temporary);
        }

        File.Move(temporary, path, overwrite: true);
        return path;
    }
}
