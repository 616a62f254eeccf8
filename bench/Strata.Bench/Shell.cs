using Strata.Sandbox.Processes;

namespace Strata.Bench;

/// <summary>Peers are started without more around them than a shell.</summary>
internal static class Shell
{
    public static Task RunAsync(string script, string directory) => RunAsync("/bin/sh", ["-c", script], directory);

    public static async Task RunAsync(string program, IReadOnlyList<string> arguments, string directory)
    {
        var outcome = await ChildProcess.RunAsync(
            new ChildProcessSpec { FileName = program, Arguments = arguments, WorkingDirectory = directory }, null, CancellationToken.None);
        if (outcome.ExitCode != 0)
        {
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {outcome.ExitCode}\n{outcome.OutputTail}");
        }
    }
}
