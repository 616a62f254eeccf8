using System.Diagnostics;

namespace Strata.EndToEnd;

/// <summary>What a sandbox could leave on the host. Two are compared as text, so that a failure names what was left.</summary>
internal static class HostState
{
    private static readonly string[] OurPrograms = ["crun", "runc", "slirp4netns", "strata", ".init"];

    public static string Capture() => string.Join('\n',
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
                name = File.ReadAllText(Path.Combine(directory, "comm")).Trim();
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // it ended meanwhile
            }

            if (OurPrograms.Contains(name) && pid != Environment.ProcessId)
            {
                yield return name;
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
