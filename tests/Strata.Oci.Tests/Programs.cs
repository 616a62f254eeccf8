using System.Diagnostics;

namespace Strata.Oci.Tests;

/// <summary>Runs the tools whose agreement counts. One that is missing fails the test.</summary>
internal static class Programs
{
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output, errors) = await TryAsync(program, arguments);
        code.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{output}\n{errors}");
        return output;
    }

    public static async Task<(int Code, string Output, string Errors)> TryAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output, await errors);
    }
}

/// <summary>A directory for one test.</summary>
internal sealed class Scratch : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("strata-oci-");

    public string Root => _root.FullName;

    public string this[string name] => Path.Combine(Root, name);

    public void Dispose() => _root.Delete(recursive: true);
}
