using System.Globalization;

namespace Strata.Metadata.Leases;

/// <summary>
/// A process as the owner of leases, said so that a later one on the same host can tell that it has ended: <c>process 17 (BOOT.NAMESPACE.START)</c>. A number alone would be another's after
/// a while, and means nothing on another host or in another pid namespace.
/// </summary>
public static class LeaseHolder
{
    /// <summary>This process.</summary>
    public static string Current { get; } = Describe();

    /// <returns>True: it was a process of this host that has ended. False: it is there, or nobody here can know.</returns>
    public static bool IsGone(string owner) => IsGone(owner, "/proc");

    internal static bool IsGone(string owner, string processes)
    {
        if (!owner.StartsWith("process ", StringComparison.Ordinal) || owner.IndexOf(" (", StringComparison.Ordinal) is not (> 0 and var mark) || !owner.EndsWith(')')
            || !int.TryParse(owner.AsSpan("process ".Length, mark - "process ".Length), NumberStyles.None, CultureInfo.InvariantCulture, out var process))
        {
            return false;
        }

        var place = owner[(mark + 2)..^1];
        return place.LastIndexOf('.') is > 0 and var dot && place[..dot] == PlaceOfThis() && place[(dot + 1)..] is { Length: > 0 } began && StartOf(process, processes) is { } start && began != start;
    }

    private static string Describe() => string.Create(CultureInfo.InvariantCulture, $"process {Environment.ProcessId} ({PlaceOfThis()}.{StartOf(Environment.ProcessId, "/proc")})");

    /// <summary>This boot of this host, as this namespace counts processes. Where nobody can say, it is nowhere: no other is the same.</summary>
    private static string PlaceOfThis()
    {
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            return $"{boot}.{new FileInfo("/proc/self/ns/pid").LinkTarget}";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>In ticks since the boot, field 22 of stat (proc(5)). Empty: there is no such process, or one that has ended and that nobody has waited for. Null: it cannot be read now.</summary>
    private static string? StartOf(int process, string processes)
    {
        try
        {
            var stat = File.ReadAllText(string.Create(CultureInfo.InvariantCulture, $"{processes}/{process}/stat"));
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name before may hold anything
            return fields[0] is "Z" or "X" ? "" : fields[19];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
