using System.Globalization;

namespace Strata.Sandbox.Namespaces;

/// <summary>What ids this process may hand out: /proc/self/uid_map and gid_map (user_namespaces(7)).</summary>
internal static class IdMap
{
    /// <summary>How many ids from 0 on, without a gap, are mapped here: 2^32 - 1 on a host, 65537 in our rootless namespace.</summary>
    internal static uint MappedFromZero() => Math.Min(MappedFromZero("/proc/self/uid_map"), MappedFromZero("/proc/self/gid_map"));

    internal static uint MappedFromZero(string path)
    {
        var lines = File.ReadAllText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        ulong end = 0;
        for (var i = 0; i < lines.Length; i++) // a few, in any order: each turn finds the next, or there is none
        {
            foreach (var line in lines)
            {
                var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                end += uint.Parse(fields[0], CultureInfo.InvariantCulture) == end ? uint.Parse(fields[2], CultureInfo.InvariantCulture) : 0;
            }
        }

        return (uint)Math.Min(end, uint.MaxValue);
    }
}
