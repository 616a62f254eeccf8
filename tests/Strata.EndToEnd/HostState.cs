using System.Diagnostics;

namespace Strata.EndToEnd;

/// <summary>What a sandbox could leave on the host. Two are compared as text, so that a failure names what was left.</summary>
internal static class HostState
{
    private static readonly string[] OurPrograms = ["crun", "runc", "slirp4netns", "strata", ".init"];

    /// <summary>What is there when nothing changes any more and no program of ours runs, or after some seconds: then with what each of those does.</summary>
    public static async Task<string> SettledAsync()
    {
        var state = Capture();
        for (var i = 0; i < 60; i++)
        {
            await Task.Delay(250);
            var again = Capture();
            if (again == state && Processes().Count == 0)
            {
                return state;
            }

            state = again;
        }

        return state;
    }

    /// <summary>What is left of all that worked below a directory, when nothing is any more or after some seconds: processes, mounts of theirs, cgroups without a process. Others may work beside.</summary>
    public static async Task<IReadOnlyList<string>> LeftOfAsync(string directory)
    {
        for (var i = 0; ; i++)
        {
            List<string> left = [.. ProcessesOf(directory), .. Cgroups().Where(static path => IsEmpty(Path.Combine(path, "cgroup.procs")))];
            if (left.Count == 0 || i == 60)
            {
                return left;
            }

            await Task.Delay(250);
        }

        static bool IsEmpty(string processes)
        {
            try
            {
                return File.ReadAllText(processes).Length == 0;
            }
            catch (IOException)
            {
                return false; // another removed it
            }
        }
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

    private static List<string> Processes()
    {
        var found = new List<string>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(directory), out var pid))
            {
                continue;
            }

            try
            {
                var stat = File.ReadAllText(Path.Combine(directory, "stat")); // pid (name) state parent …
                var end = stat.LastIndexOf(')');
                var hasEnded = stat[end + 2] is 'Z' or 'X'; // dead; the host's init has not yet taken note
                if (!hasEnded && OurPrograms.Contains(stat[(stat.IndexOf('(', StringComparison.Ordinal) + 1)..end]) && pid != Environment.ProcessId)
                {
                    var arguments = File.ReadAllText(Path.Combine(directory, "cmdline")).Replace('\0', ' ');
                    found.Add($"{stat[..(end + 10)]}… {File.ReadAllText(Path.Combine(directory, "wchan"))} {arguments}");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // it ended meanwhile
            }
        }

        return found;
    }

    /// <summary>Those that name it, and those that have something of it mounted.</summary>
    private static IEnumerable<string> ProcessesOf(string directory)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(static path => int.TryParse(Path.GetFileName(path), out _)))
        {
            var (arguments, mounts) = ("", "");
            try
            {
                arguments = File.ReadAllText(Path.Combine(process, "cmdline"));
                mounts = File.ReadAllText(Path.Combine(process, "mountinfo"));
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // it ended meanwhile
            }

            if (arguments.Contains(directory, StringComparison.Ordinal) || mounts.Contains(directory, StringComparison.Ordinal))
            {
                yield return $"{process} {arguments.Replace('\0', ' ')}";
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
