using System.Globalization;
using Strata.Sandbox.ControlGroups;
using Strata.Sandbox.Native;
using Strata.Sandbox.Slots;

namespace Strata.Sandbox.Hosting;

/// <summary>What a dead owner may have left outside its slot's directory. Names begin with this data directory's hash and the slot: nobody else's are touched.</summary>
internal static class Leftovers
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KillAfter = TimeSpan.FromSeconds(5);

    internal static void Remove(string stateDirectory, string prefix)
    {
        var hierarchies = ControlGroupHierarchies.Read();
        foreach (var path in JobControlGroup.FindByPrefix(hierarchies, prefix))
        {
            new JobControlGroup(hierarchies, path).RemoveAsync().GetAwaiter().GetResult();
        }

        AwaitRuntimes(stateDirectory, prefix);
        if (Directory.Exists(stateDirectory))
        {
            foreach (var directory in Directory.EnumerateDirectories(stateDirectory, prefix + "*"))
            {
                TreeRemoval.Remove(directory);
            }
        }
    }

    /// <summary>
    /// The runtime's processes end by themselves once the job's have, and the kernel may take seconds to end those. Whoever asked for a clean host gets
    /// one: this returns when they have gone. Killing them first would leave their dead children to the host's init.
    /// </summary>
    private static void AwaitRuntimes(string stateDirectory, string prefix)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var never = new ManualResetEventSlim();
        for (var interval = 1; FindRuntimes(stateDirectory, prefix) is { Count: > 0 } left; interval = Math.Min(interval * 2, 50))
        {
            var waited = TimeProvider.System.GetElapsedTime(start);
            if (waited > EndPatience)
            {
                return; // in the kernel, uninterruptible: nothing can end it
            }

            if (waited > KillAfter)
            {
                left.ForEach(process => LibC.Kill(process, Signals.Kill));
            }

            never.Wait(interval);
        }
    }

    /// <summary>Those started with our state directory (OciRuntime) and a sandbox's id; who else names the id is not ours to wait for or to end.</summary>
    private static List<int> FindRuntimes(string stateDirectory, string prefix)
    {
        var found = new List<int>();
        foreach (var path in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(path.AsSpan()), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && ControlGroupHierarchies.ReadOrEmpty($"{path}/cmdline") is var arguments
                && arguments.Contains($"\0--root\0{stateDirectory}\0", StringComparison.Ordinal)
                && arguments.Contains($"\0{prefix}", StringComparison.Ordinal))
            {
                found.Add(process);
            }
        }

        return found;
    }
}
