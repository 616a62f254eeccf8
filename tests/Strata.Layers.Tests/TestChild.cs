using System.Diagnostics;

namespace Strata.Layers.Tests;

/// <summary>This assembly as a process of its own.</summary>
internal static class TestChild
{
    public static Process Start(params string[] arguments) => StartMounted(null, arguments);

    /// <summary>In a private mount namespace, after a shell script has set it up: all it mounts goes with it, however it ends.</summary>
    public static Process StartMounted(string? setUp, params string[] arguments)
    {
        string[] command = ["dotnet", "exec", typeof(TestChild).Assembly.Location, .. arguments];
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true };
        if (setUp is not null)
        {
            command = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", $"{setUp}\nexec \"$@\"", "sh", .. command];
        }

        return Start(start, command);
    }

    /// <summary>As another user of this host, who is root in a user namespace of its own: as Strata is for normal users.</summary>
    public static Process StartRootless(int user, params string[] arguments) => Start(
        new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true },
        [
            "setpriv", $"--reuid={user}", $"--regid={user}", "--clear-groups", "unshare", "--user", "--map-root-user",
            "dotnet", "exec", typeof(TestChild).Assembly.Location, .. arguments,
        ]);

    /// <summary>
    /// As root of a user namespace with the ids 0 to 65536, and a mount namespace of its own: what a normal user with a range of subordinate ids has. The
    /// directory becomes that root's.
    /// </summary>
    public static async Task<Process> StartInUserNamespaceAsync(string directory, params string[] arguments)
    {
        const int root = 700_000_000; // on this host
        Shell.Run(directory, $"chown -R {root}:{root} .");
        var start = new ProcessStartInfo { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        var process = Start(
            start,
            [
                "unshare", "--user", "--keep-caps", "--mount", "--propagation", "private",
                "sh", "-ec", "echo; read go; exec setpriv --reuid=0 --regid=0 --clear-groups \"$@\"", "sh",
                "dotnet", "exec", typeof(TestChild).Assembly.Location, .. arguments,
            ]);
        await process.StandardOutput.ReadLineAsync(); // it is in its namespace
        foreach (var map in (string[])["uid_map", "gid_map"])
        {
            await File.WriteAllTextAsync($"/proc/{process.Id}/{map}", $"0 {root} 65537\n");
        }

        await process.StandardInput.WriteLineAsync();
        return process;
    }

    private static Process Start(ProcessStartInfo start, string[] command)
    {
        start.FileName = command[0];
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }

    /// <summary>What it printed; the test fails if it failed.</summary>
    public static async Task<string> FinishAsync(Process process)
    {
        using (process)
        {
            var errors = process.StandardError.ReadToEndAsync();
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            process.ExitCode.ShouldBe(0, $"{output}\n{await errors}");
            return output;
        }
    }
}
