using System.Globalization;

namespace Strata.Sandbox.Tests.Jobs;

/// <summary>Everything a sandbox of one data directory could leave on the host.</summary>
internal static class HostState
{
    internal static List<string> Read(string dataDirectory)
    {
        var found = new List<string>();
        found.AddRange(File.ReadLines("/proc/self/mountinfo").Where(l => l.Contains(dataDirectory, StringComparison.Ordinal)));
        if (Directory.Exists($"{dataDirectory}/live"))
        {
            found.AddRange(Directory.EnumerateFileSystemEntries($"{dataDirectory}/live"));
        }

        if (Directory.Exists($"{dataDirectory}/sandbox/runtime"))
        {
            found.AddRange(Directory.EnumerateDirectories($"{dataDirectory}/sandbox/runtime"));
        }

        var prefix = Core.Digest.Of(System.Text.Encoding.UTF8.GetBytes(dataDirectory)).Hex[..8];
        found.AddRange(Directory.EnumerateDirectories("/sys/fs/cgroup", $"strata-{prefix}*", SearchOption.AllDirectories));
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path), NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id != Environment.ProcessId
                && CommandLine(path).Contains(dataDirectory, StringComparison.Ordinal) && !CommandLine(path).Contains("dotnet", StringComparison.Ordinal))
            {
                found.Add(CommandLine(path));
            }
        }

        return found;
    }

    private static string CommandLine(string path)
    {
        try
        {
            return File.ReadAllText($"{path}/cmdline").Replace('\0', ' ');
        }
        catch (IOException)
        {
            return "";
        }
    }
}
