using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>What one start of the built program came to.</summary>
internal sealed record Outcome(int ExitCode, string Stdout, string Stderr)
{
    public string All => $"exit {ExitCode}\n--- stdout\n{Stdout}\n--- stderr\n{Stderr}";
}

/// <summary>Starts the program that <c>./strata</c> builds, as a user does.</summary>
internal static class StrataProgram
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(9);

    public static string Root { get; } = FindRoot();

    public static string Path { get; } = System.IO.Path.Combine(Root, "strata");

    public static Task<Outcome> RunAsync(string workingDirectory, params string[] arguments) => RunAsync(workingDirectory, [], arguments);

    /// <param name="before">A command that starts it, as another user for example.</param>
    public static async Task<Outcome> RunAsync(string workingDirectory, IReadOnlyList<string> before, params string[] arguments)
    {
        using var process = StartAs(workingDirectory, [.. before, Path, .. arguments]);
        var stdout = process.StandardOutput.ReadToEndAsync();
        var stderr = process.StandardError.ReadToEndAsync();
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"strata {string.Join(' ', arguments)} did not end.\n{await stderr}");
        }

        return new(process.ExitCode, await stdout, await stderr);
    }

    public static Process Start(string workingDirectory, params string[] arguments) => StartAs(workingDirectory, [Path, .. arguments]);

    /// <summary>First of a process group, which can be signalled as a terminal does.</summary>
    public static Process StartGroup(string workingDirectory, params string[] arguments) => StartAs(workingDirectory, ["setsid", Path, .. arguments]);

    /// <summary>Killed by the kernel as it makes one of these system calls, in any of its threads or helpers.</summary>
    /// <param name="time">Which such call of one thread: 1 is the first.</param>
    public static Process StartKilledAt(string calls, int time, string workingDirectory, params string[] arguments) => StartAs(
        workingDirectory, ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", $"trace={calls}", "-e", $"inject={calls}:signal=SIGKILL:when={time}", Path, .. arguments]);

    /// <summary>Killed by the kernel as it is about to make the first of these system calls, on that file.</summary>
    /// <param name="path">Named by the call or open; null: any.</param>
    /// <param name="stdout">A file that takes what it prints.</param>
    public static Process StartKilledAt(string calls, string? path, string stdout, string workingDirectory, params string[] arguments) => StartAs(
        workingDirectory,
        [
            "sh", "-c", "out=$1; shift; exec \"$@\" > \"$out\"", "sh", stdout,
            "strace", "-D", "-f", "-qq", "-o", "/dev/null", .. path is null ? (string[])[] : ["-P", path], "-e", $"trace={calls}", "-e", $"inject={calls}:signal=SIGKILL:when=1",
            Path, .. arguments,
        ]);

    private static Process StartAs(string workingDirectory, string[] command)
    {
        // A suite that runs in the background may ignore Ctrl-C, and whatever it starts does so too.
        var start = new ProcessStartInfo("env", ["--default-signal=INT,QUIT", .. command])
        {
            WorkingDirectory = workingDirectory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment.Remove("CI");
        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return process;
    }

    private static string FindRoot()
    {
        for (var directory = AppContext.BaseDirectory; directory is not null; directory = System.IO.Path.GetDirectoryName(directory))
        {
            if (File.Exists(System.IO.Path.Combine(directory, "Strata.slnx")))
            {
                return directory;
            }
        }

        throw new InvalidOperationException("The tests run outside the repository.");
    }
}
