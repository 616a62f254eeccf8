using System.Diagnostics;

namespace Strata.Layers.Tests;

/// <summary>A directory of its own for each test, removed with all in it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Path = Directory.CreateTempSubdirectory("strata-layers-").FullName;

    public string Path { get; }

    public string Combine(params string[] parts) => System.IO.Path.Combine([Path, .. parts]);

    public string Write(string name, string content)
    {
        var path = Combine(name);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, content);
        return path;
    }

    public void Dispose() => Strata.Layers.Trees.TreeRemoval.Remove(Path);
}

/// <summary>Runs a program of the system to its end; fails the test if that fails.</summary>
internal static class Shell
{
    public static string Run(string directory, string script)
    {
        using var process = Process.Start(new ProcessStartInfo("sh", ["-ec", script])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors.GetAwaiter().GetResult());
        return output;
    }
}
