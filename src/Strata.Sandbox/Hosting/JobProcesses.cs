using System.Globalization;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Hosting;

/// <param name="Session">Of the host's numbering, as all here.</param>
internal readonly record struct JobProcess(int Id, int Parent, int Session);

/// <summary>The processes of one sandbox, found by their pid namespace: works with and without cgroups. Only asked when something is to be ended.</summary>
internal sealed class JobProcesses(int first)
{
    private readonly string? _namespace = new FileInfo($"/proc/{first}/ns/pid").LinkTarget;

    /// <summary>A step: what descends from the runtime's process or shares its session, but neither the runtime nor process 1.</summary>
    internal List<int> OfStep(int? runtimeProcess, int? stepProcess)
    {
        var all = ReadAll();
        var step = new HashSet<int>();
        bool grew;
        do
        {
            grew = false;
            foreach (var process in all)
            {
                var belongs = process.Parent == runtimeProcess || process.Session == runtimeProcess || process.Id == stepProcess
                    || process.Session == stepProcess || step.Contains(process.Parent);
                grew |= belongs && process.Id != first && step.Add(process.Id);
            }
        }
        while (grew);
        return [.. step];
    }

    internal List<JobProcess> ReadAll()
    {
        var found = new List<JobProcess>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && IsInside(path) && Parse(id, ControlGroups.ControlGroupHierarchies.ReadOrEmpty($"{path}/stat")) is { } process)
            {
                found.Add(process);
            }
        }

        return found;
    }

    internal static void Signal(List<int> processes, int signal)
    {
        foreach (var process in processes)
        {
            _ = LibC.Kill(process, signal);
        }
    }

    /// <summary>proc_pid_stat(5): the name in parentheses may hold anything, so read from the last one on.</summary>
    internal static JobProcess? Parse(int id, string stat)
    {
        var fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length < 4 || fields[0] is "Z" or "X"
            ? null
            : new(id, int.Parse(fields[1], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture));
    }

    private bool IsInside(string path)
    {
        try
        {
            return _namespace is not null && new FileInfo($"{path}/ns/pid").LinkTarget == _namespace;
        }
        catch (IOException)
        {
            return false; // it ended
        }
        catch (UnauthorizedAccessException)
        {
            return false;
        }
    }
}
