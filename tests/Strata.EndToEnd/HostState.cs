using System.Diagnostics;

namespace Strata.EndToEnd;

/// <summary>What a sandbox could leave on the host. Two are compared as text, so that a failure names what was left.</summary>
internal static class HostState
{
    private static readonly string[] OurPrograms = ["crun", "runc", "slirp4netns", "strata", ".init"];

    /// <summary>What is there when nothing changes any more: processes that were told to end get a moment.</summary>
    public static async Task<string> SettledAsync()
    {
        var state = Capture();
        for (var i = 0; i < 20; i++)
        {
            await Task.Delay(250);
            if (Capture() is var again && again == state)
            {
                return state;
            }

            state = Capture();
        }

        return state;
    }

    private static string Capture() => string.Join('\n',
    [
        "mounts:", .. Sorted(File.ReadAllLines("/proc/self/mounts")),
        "loop devices:", .. Sorted(Directory.Exists("/sys/block") ? Directory.GetFileSystemEntries("/sys/block", "loop*").Where(path => File.Exists(Path.Combine(path, "loop/backing_file"))) : []),
        "links:", .. Sorted(Directory.GetFileSystemEntries("/sys/class/net").Select(path => Path.GetFileName(path)!)),
        "network namespaces:", .. Sorted(Directory.Exists("/run/netns") ? Directory.GetFileSystemEntries("/run/netns") : []),
        "nft:", Output("nft", "list", "tables"),
        "cgroups:", .. Sorted(Cgroups()),
        "processes:", .. Sorted(Processes()),
        "ip_forward:", File.ReadAllText("/proc/sys/net/ipv4/ip_forward").Trim(),
    ]);

    private static IEnumerable<string> Cgroups() => Directory
        .EnumerateDirectories("/sys/fs/cgroup", "*", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 5, AttributesToSkip = 0 })
        .Where(path => path.Contains("strata", StringComparison.Ordinal));

    private static IEnumerable<string> Processes()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid))
            {
                continue;
            }

            string? name = null;
            try
            {
                var stat = File.ReadAllText(Path.Combine(directory, "stat")); // pid (name) state …
                var end = stat.LastIndexOf(')');
                var hasEnded = stat[end + 2] is 'Z' or 'X'; // dead; the host's init has not yet taken note
                name = hasEnded ? null : stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end];
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // it ended meanwhile
            }

            if (OurPrograms.Contains(name) && pid != Environment.ProcessId)
            {
                yield return name!;
            }
        }
    }

    private static string[] Sorted(IEnumerable<string> lines) => [.. lines.Order(StringComparer.Ordinal)];

    private static string Output(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var text = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return text.Trim();
    }
}
