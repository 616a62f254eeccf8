using Strata.Sandbox.Native;

namespace Strata.Sandbox.ControlGroups;

/// <summary>
/// The first move of a process between cgroups after a while waits for an RCU grace period (4 to 20 ms; cgroup_threadgroup_rwsem), the next ones within
/// some milliseconds do not. Moving this process to where it is makes that wait happen beside the mounts instead of in the runtime.
/// </summary>
internal static class MigrationWarmUp
{
    internal static void Start(ControlGroupHierarchies hierarchies) => ThreadPool.UnsafeQueueUserWorkItem(static h => Move(h), hierarchies, preferLocal: false);

    /// <summary>Whatever goes wrong costs only time.</summary>
    private static unsafe void Move(ControlGroupHierarchies hierarchies)
    {
        if (OwnGroup(hierarchies) is not { } path)
        {
            return;
        }

        var file = LibC.Open(path, OpenFlags.WriteOnly | OpenFlags.CloseOnExec, 0);
        if (file >= 0)
        {
            var self = (byte)'0';
            _ = LibC.Write(file, &self, 1);
            _ = LibC.Close(file);
        }
    }

    /// <summary>/proc/self/cgroup, cgroups(7): "number:controllers:path" a line; of v2 "0::path".</summary>
    private static string? OwnGroup(ControlGroupHierarchies hierarchies)
    {
        foreach (var line in ControlGroupHierarchies.ReadOrEmpty("/proc/self/cgroup").Split('\n'))
        {
            if (line.Split(':', 3) is [_, var controllers, var group]
                && (controllers.Length == 0 ? hierarchies.Unified : hierarchies.Find(controllers.Split(',')[0])) is { } mount
                && $"{mount}{group.TrimEnd('/')}/cgroup.procs" is var path && File.Exists(path))
            {
                return path;
            }
        }

        return null;
    }
}
