namespace Strata.Sandbox.Mounts;

/// <param name="Root">What of the file system is mounted: for cgroups, the path that is the top here.</param>
/// <param name="Options">Of the mount itself: <c>rw</c>, <c>nosuid</c>, …</param>
/// <param name="SuperOptions">The file system's own options: for cgroup v1, the controllers.</param>
internal sealed record MountEntry(string Root, string Target, string Type, string Options, string SuperOptions);

/// <summary>/proc/…/mountinfo (proc_pid_mountinfo(5)).</summary>
internal static class MountTable
{
    internal static List<MountEntry> Read(string path = "/proc/self/mountinfo")
    {
        var entries = new List<MountEntry>();
        foreach (var line in File.ReadLines(path))
        {
            var separator = line.IndexOf(" - ", StringComparison.Ordinal);
            var before = line[..separator].Split(' ');
            var after = line[(separator + 3)..].Split(' ');
            entries.Add(new(Unescape(before[3]), Unescape(before[4]), after[0], before[5], after.Length > 2 ? after[2] : ""));
        }

        return entries;
    }

    // Space, tab, newline and backslash are written as three octal digits.
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        return text.Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal)
            .Replace("\\012", "\n", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
    }
}
