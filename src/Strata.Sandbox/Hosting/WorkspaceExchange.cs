using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Strata.Core.Diagnostics;
using Strata.Sandbox.Mounts;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Hosting;

/// <summary>
/// Puts one more tree under a live job's workspace. A live overlay takes no new lower: while nobody is in it, it is unmounted, in the job and here, and one with the same upper and one lower more takes
/// its place. Of the job's namespace nothing else changes. The whole of it is one action of the mount thread.
/// </summary>
internal sealed class WorkspaceExchange(SandboxParts parts, HostSetup host, int firstProcess)
{
    private int _made;

    /// <returns>Null: done. Else why not; nothing changed then.</returns>
    internal string? TryAdd(SandboxTree tree)
    {
        if (parts.WorkspaceLowers is not { } lowers)
        {
            return "the workspace is no overlay";
        }

        var number = string.Create(CultureInfo.InvariantCulture, $"more-{_made++}");
        var (place, work) = ($"{parts.Slot.ViewDirectory}/lower/{number}", $"{parts.Slot.WorkspaceWork}-{number}");
        try
        {
            MakeDirectory(place);
            MakeDirectory(work); // of its own: a volatile overlay leaves a mark in it that no second one accepts
            using var userNamespace = parts.Holder!.OpenUserNamespace();
            var lower = LowerMount.Place(parts, host, tree, place, userNamespace);
            Exchange([.. lowers, lower], work);
            parts.WorkspaceLowers = [.. lowers, lower];
            return null;
        }
        catch (Exception e) when (e is IOException or EnvironmentException)
        {
            return e.Message;
        }
    }

    private void Exchange(List<string> lowers, string work)
    {
        using var here = Descriptor.Open("/proc/thread-self/ns/mnt", OpenFlags.ReadOnly);
        using var there = Descriptor.Open($"/proc/{firstProcess.ToString(CultureInfo.InvariantCulture)}/ns/mnt", OpenFlags.ReadOnly);
        var like = MountTable.Read($"/proc/{firstProcess.ToString(CultureInfo.InvariantCulture)}/mountinfo").FindLast(static mount => mount.Target == SandboxSpec.WorkspacePath)
            ?? throw new IOException($"nothing is mounted at {SandboxSpec.WorkspacePath} in the job");
        using var old = MountTree.Copy(parts.Slot.Workspace);
        using var oldForJob = MountTree.Copy(parts.Slot.Workspace);
        MountTree.Restrict(oldForJob, like);
        Unmount(parts.Slot.Workspace);
        try
        {
            new OverlayMount(lowers, parts.Slot.WorkspaceUpper, work, parts.Slot.Workspace, UserXattr: host.Ids.IsNested).Mount();
            using var added = MountTree.Copy(parts.Slot.Workspace);
            MountTree.Restrict(added, like);
            InJob(here, there, () => Replace(added, oldForJob));
        }
        catch
        {
            _ = LibC.Unmount(parts.Slot.Workspace, MountFlags.Detach);
            OverlayMount.Move(old, parts.Slot.Workspace);
            throw;
        }
    }

    /// <summary>In the job's namespace.</summary>
    private void Replace(SafeFileHandle added, SafeFileHandle old)
    {
        var inside = new List<(string Path, SafeFileHandle Mount)>();
        try
        {
            foreach (var path in parts.WorkspaceBinds)
            {
                inside.Add((path, MountTree.Copy(path)));
            }

            Unmount(SandboxSpec.WorkspacePath); // with what is mounted in it
            try
            {
                Attach(added, inside);
            }
            catch
            {
                _ = LibC.Unmount(SandboxSpec.WorkspacePath, MountFlags.Detach);
                Attach(old, inside);
                throw;
            }
        }
        finally
        {
            inside.ForEach(static one => one.Mount.Dispose());
        }
    }

    private static void Attach(SafeFileHandle workspace, List<(string Path, SafeFileHandle Mount)> inside)
    {
        OverlayMount.Move(workspace, SandboxSpec.WorkspacePath);
        foreach (var (path, mount) in inside)
        {
            OverlayMount.Move(mount, path);
        }
    }

    /// <summary>The thread's root and directory become the job's meanwhile.</summary>
    private static void InJob(SafeFileHandle here, SafeFileHandle there, Action action)
    {
        Enter(there);
        try
        {
            action();
        }
        finally
        {
            Enter(here);
        }
    }

    private static void Enter(SafeFileHandle mountNamespace)
    {
        if (LibC.SetNamespace(mountNamespace.Number(), CloneFlags.NewMountNamespace) < 0)
        {
            throw Errno.Failure("setns");
        }
    }

    private static void Unmount(string path)
    {
        if (LibC.Unmount(path, MountFlags.Detach) < 0)
        {
            throw Errno.Failure($"unmount {path}");
        }
    }

    private static void MakeDirectory(string path)
    {
        if (LibC.MakeDirectory(path, 0b111_000_000) < 0)
        {
            throw Errno.Failure(path);
        }
    }
}
