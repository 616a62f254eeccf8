using System.Globalization;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.ControlGroups;

/// <summary>The cgroup of one sandbox. The runtime makes it and usually removes it; what is left of it is removed here.</summary>
internal sealed class JobControlGroup(ControlGroupHierarchies hierarchies, string path)
{
    /// <summary>Begins every group's name. No common parent: removing an empty one would race with a start that is about to use it.</summary>
    internal const string Prefix = "/strata-";

    private const int AttemptsMax = 40;

    private readonly string? _memory = hierarchies.Find("memory");

    internal string Path => path;

    /// <summary>How many processes the memory limit has killed so far.</summary>
    internal long OutOfMemoryKills()
    {
        if (_memory is null)
        {
            return 0;
        }

        var text = ControlGroupHierarchies.ReadOrEmpty($"{_memory}{path}/{(hierarchies.IsLegacy ? "memory.oom_control" : "memory.events")}");
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("oom_kill ", StringComparison.Ordinal))
            {
                return long.Parse(line.AsSpan("oom_kill ".Length), CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    /// <summary>Kills what is in it, if anything, and removes it from every hierarchy.</summary>
    internal async Task RemoveAsync()
    {
        foreach (var directory in hierarchies.Directories(path))
        {
            for (var attempt = 0; Directory.Exists(directory) && !TryRemoveTree(directory); attempt++)
            {
                if (attempt == AttemptsMax)
                {
                    break; // a process that cannot die (in the kernel, uninterruptible): the next clean-up finds it by name
                }

                await Task.Delay(TimeSpan.FromMilliseconds(5 + attempt)).ConfigureAwait(false);
            }
        }
    }

    /// <summary>In the mount namespace thread: what crun leaves in the tmpfs that hides the v2 mount of a hybrid host.</summary>
    internal void RemoveHidden()
    {
        if (hierarchies is { IsLegacy: true, Unified: { } unified })
        {
            _ = LibC.Unlink($"{unified}{path}/cgroup.procs");
            _ = LibC.RemoveDirectory(unified + path);
        }
    }

    /// <summary>The groups a dead owner of <paramref name="prefix"/> left: names that start so.</summary>
    internal static IEnumerable<string> FindByPrefix(ControlGroupHierarchies hierarchies, string prefix)
    {
        var found = new HashSet<string>();
        foreach (var directory in hierarchies.Directories("/"))
        {
            foreach (var child in Directory.EnumerateDirectories(directory, $"{Prefix[1..]}{prefix}*"))
            {
                found.Add($"/{System.IO.Path.GetFileName(child)}");
            }
        }

        return found;
    }

    private static bool TryRemoveTree(string directory)
    {
        if (LibC.RemoveDirectory(directory) == 0 || Errno.Last == Errno.NoEntry)
        {
            return true;
        }

        foreach (var line in ControlGroupHierarchies.ReadOrEmpty($"{directory}/cgroup.procs").Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (int.Parse(line, CultureInfo.InvariantCulture) is > 1 and var process && process != Environment.ProcessId)
            {
                _ = LibC.Kill(process, Signals.Kill);
            }
        }

        foreach (var child in Directory.EnumerateDirectories(directory))
        {
            _ = TryRemoveTree(child); // a job may make groups of its own where the mount lets it
        }

        return LibC.RemoveDirectory(directory) == 0;
    }
}
