using System.Globalization;
using System.Runtime.InteropServices;

namespace Strata.Metadata.Leases;

/// <summary>
/// A process as the owner of leases, said so that a later one on the same host can tell that it has ended: <c>process 17 (BOOT.NAMESPACE.START)</c>. A number alone would be another's after
/// a while, and means nothing on another host or in another pid namespace.
/// </summary>
public static partial class LeaseHolder
{
    private const string Prefix = "process ";
    private const int NoSuchProcess = 3; // ESRCH

    private static readonly string Here = PlaceOfThis();

    /// <summary>This process.</summary>
    public static string Current { get; } = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{Environment.ProcessId} ({Here}.{StartOf(Environment.ProcessId, "/proc")})");

    /// <summary>This process, at work for somebody.</summary>
    public static string For(string whom) => $"{whom}, {Current}";

    /// <summary>Without what only machines read.</summary>
    public static string ForPeople(string owner) => Find(owner) is { } holder ? owner[..holder.End] : owner;

    /// <returns>True: it was a process of this host that has ended. False: it is there, or nobody here can know.</returns>
    public static bool IsGone(string owner) => IsGone(owner, "/proc");

    internal static bool IsGone(string owner, string processes)
    {
        if (Find(owner) is not { } holder)
        {
            return false;
        }

        var place = owner[(holder.End + 2)..^1];
        return place.LastIndexOf('.') is > 0 and var dot && place[..dot] == Here && place[(dot + 1)..] is { Length: > 0 } began && StartOf(holder.Process, processes) is { } start && began != start;
    }

    /// <summary>Where its number ends, and its number.</summary>
    private static (int End, int Process)? Find(string owner) =>
        owner.LastIndexOf(Prefix, StringComparison.Ordinal) is >= 0 and var at && owner.IndexOf(" (", at, StringComparison.Ordinal) is > 0 and var end && owner.EndsWith(')')
        && int.TryParse(owner.AsSpan()[(at + Prefix.Length)..end], NumberStyles.None, CultureInfo.InvariantCulture, out var process)
            ? (end, process)
            : null;

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
            return Kill(process, 0) != 0 && Marshal.GetLastPInvokeError() == NoSuchProcess ? "" : null; // with hidepid, proc(5), those of other users are not shown
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>With signal 0 it only asks, kill(2).</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
