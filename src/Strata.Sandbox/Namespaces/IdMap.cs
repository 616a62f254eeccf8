using System.Globalization;

namespace Strata.Sandbox.Namespaces;

/// <summary>What ids this process may hand out: /proc/self/uid_map and gid_map (user_namespaces(7)).</summary>
internal static class IdMap
{
    /// <summary>How many ids from 0 on, without a gap, are mapped here: 2^32 - 1 on a host, 65537 in our rootless namespace.</summary>
    internal static uint MappedFromZero() => Math.Min(MappedFromZero("/proc/self/uid_map"), MappedFromZero("/proc/self/gid_map"));

    internal static uint MappedFromZero(string path)
    {
        var ranges = new List<(uint Start, uint Count)>();
        foreach (var line in File.ReadLines(path))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            ranges.Add((uint.Parse(fields[0], CultureInfo.InvariantCulture), uint.Parse(fields[2], CultureInfo.InvariantCulture)));
        }

        ranges.Sort();
        ulong end = 0;
        foreach (var (start, count) in ranges)
        {
            if (start != end)
            {
                break;
            }

            end += count;
        }

        return (uint)Math.Min(end, uint.MaxValue);
    }
}
