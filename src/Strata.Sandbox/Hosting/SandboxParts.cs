using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.ControlGroups;
using Strata.Sandbox.Mounts;
using Strata.Sandbox.Namespaces;
using Strata.Sandbox.Native;
using Strata.Sandbox.Network;
using Strata.Sandbox.Processes;
using Strata.Sandbox.Slots;

namespace Strata.Sandbox.Hosting;

/// <summary>What a sandbox holds of the host, in the order it is acquired; released in one place, whether it ran, or a start failed half-way.</summary>
internal sealed class SandboxParts(Slot slot, IdRange ids, string id, MountNamespaceThread mounts)
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(5);

    internal Slot Slot => slot;

    /// <summary>What the job's ids are on the host.</summary>
    internal IdRange Ids => ids;

    /// <summary>The container's id, also the name of its cgroup.</summary>
    internal string Id => id;

    internal MountNamespaceThread MountThread => mounts;

    internal NamespaceHolder? Holder { get; set; }

    internal SlirpNetwork? Network { get; set; }

    internal JobControlGroup? ControlGroup { get; set; }

    /// <summary>Mounted in the private namespace, in order.</summary>
    internal List<string> MountTargets { get; } = [];

    /// <summary>What the overlay of the workspace stands on, bottom first. Null: it is none.</summary>
    internal List<string>? WorkspaceLowers { get; set; }

    /// <summary>Paths inside at which something is mounted in the workspace.</summary>
    internal IReadOnlyList<string> WorkspaceBinds { get; set; } = [];

    internal DiskWatch? DiskWatch { get; set; }

    internal List<string> MountPointStubs { get; } = [];

    /// <summary>The runtime's foreground process.</summary>
    internal ChildProcess? Runtime { get; set; }

    /// <summary>Process 1 lives as long as this is open, and takes its requests from it (InitStep).</summary>
    internal SafeFileHandle? Life { get; set; }

    internal SafeFileHandle? RootDirectory { get; set; }

    internal string? StateDirectory { get; set; }

    /// <summary>Process 1 as the host numbers it; null before it runs.</summary>
    internal int? ProcessId { get; set; }

    internal string ProcessIdFile => $"{slot.Bundle}/pid";

    /// <summary>Everything at once, for a start that failed half-way.</summary>
    internal async Task ReleaseAsync()
    {
        await EndAsync().ConfigureAwait(false);
        await RemoveAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the job's processes, unmounts, removes the cgroup. Runs to its end whatever fails on the way.</summary>
    internal async Task EndAsync()
    {
        if (DiskWatch is not null)
        {
            await DiskWatch.DisposeAsync().ConfigureAwait(false);
        }

        RootDirectory?.Dispose();
        Life?.Dispose();
        Holder?.Dispose();
        Network?.Stop();
        await EndProcessesAsync().ConfigureAwait(false);
        if (MountTargets.Count > 0)
        {
            await mounts.RunAsync(Unmount, CancellationToken.None).ConfigureAwait(false);
        }

        if (ControlGroup is not null)
        {
            await ControlGroup.RemoveAsync().ConfigureAwait(false);
        }
    }

    /// <summary>After <see cref="EndAsync"/>: what nobody waits for. The slot is free when it ends; the first failure to remove files is thrown then.</summary>
    internal async Task RemoveAsync()
    {
        if (Network is not null)
        {
            await Network.DisposeAsync().ConfigureAwait(false); // removing a tap device takes the kernel a while
        }

        if (Holder is not null)
        {
            await Holder.Exit.ConfigureAwait(false);
        }

        if (StateDirectory is not null)
        {
            TreeRemoval.Remove($"{StateDirectory}/{id}");
        }

        slot.Remove();
    }

    private async Task EndProcessesAsync()
    {
        if (Runtime is null)
        {
            return;
        }

        using var patience = new CancellationTokenSource(EndPatience);
        await Task.WhenAny(Runtime.Exit, Task.Delay(Timeout.Infinite, patience.Token)).ConfigureAwait(false);
        if (!Runtime.Exit.IsCompleted)
        {
            // Process 1 did not take the hint (stopped, or not ours: a configured runtime's): from outside even process 1 can be killed.
            if ((ProcessId ?? ReadProcessId()) is { } first)
            {
                _ = LibC.Kill(first, Signals.Kill);
            }

            using var last = new CancellationTokenSource(EndPatience);
            await Task.WhenAny(Runtime.Exit, Task.Delay(Timeout.Infinite, last.Token)).ConfigureAwait(false);
            Runtime.KillSession();
            await Runtime.Exit.ConfigureAwait(false);
        }

        Runtime.Dispose();
    }

    /// <summary>As the runtime wrote it; null before.</summary>
    internal int? ReadProcessId() =>
        File.Exists(ProcessIdFile) && int.TryParse(File.ReadAllText(ProcessIdFile), NumberStyles.None, CultureInfo.InvariantCulture, out var first) && first > 1
            ? first
            : null;

    private void Unmount()
    {
        for (var i = MountTargets.Count - 1; i >= 0; i--)
        {
            _ = LibC.Unmount(MountTargets[i], MountFlags.Detach);
        }

        ControlGroup?.RemoveHidden();
    }
}
