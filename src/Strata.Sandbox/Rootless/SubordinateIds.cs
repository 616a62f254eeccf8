using System.Globalization;

namespace Strata.Sandbox.Rootless;

/// <summary>A user's range in /etc/subuid or /etc/subgid (subuid(5)).</summary>
internal readonly record struct SubordinateIds(uint First, uint Count)
{
    internal const uint CountMin = 65536;

    /// <summary>The first range that is large enough, by name or by number; null when there is none.</summary>
    internal static SubordinateIds? Find(IEnumerable<string> lines, string user, uint id)
    {
        var number = id.ToString(CultureInfo.InvariantCulture);
        foreach (var line in lines)
        {
            if (line.Split(':') is [var owner, var first, var count] && (owner == user || owner == number)
                && uint.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out var start)
                && uint.TryParse(count.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var size) && size >= CountMin)
            {
                return new(start, size);
            }
        }

        return null;
    }
}
