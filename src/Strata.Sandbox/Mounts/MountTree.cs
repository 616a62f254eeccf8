using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Mounts;

/// <summary>Mounts as descriptors: detached copies that can be attached elsewhere, in another mount namespace too (open_tree(2), move_mount(2)).</summary>
internal static unsafe class MountTree
{
    private const nint Clone = 1 | OpenFlags.CloseOnExec; // OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC
    private const int AtCurrentDirectory = -100;
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH

    /// <summary>A copy of the topmost mount at a path, attached nowhere. Call in the namespace that has it.</summary>
    /// <exception cref="IOException">Nothing is mounted there, or the kernel refuses.</exception>
    internal static SafeFileHandle Copy(string path)
    {
        using var name = new StringVector([path]);
        return Descriptor.Own((int)LibC.SystemCall(CallNumbers.OpenTree, AtCurrentDirectory, (nint)name.First, Clone, 0, 0), $"open_tree {path}");
    }

    /// <summary>Gives it what another mount has of <c>nosuid</c>, <c>nodev</c> and <c>noexec</c>.</summary>
    /// <param name="mount">Attached nowhere yet.</param>
    internal static void Restrict(SafeFileHandle mount, MountEntry like)
    {
        var options = like.Options.Split(',');
        using var empty = new StringVector([""]);
        var attributes = stackalloc ulong[4]; // MOUNT_ATTR_* have the values of mount(2)
        attributes[0] = (options.Contains("nosuid") ? MountFlags.NoSetUserId : 0)
            | (options.Contains("nodev") ? MountFlags.NoDevices : 0)
            | (options.Contains("noexec") ? MountFlags.NoExecute : 0);
        if (attributes[0] != 0 && LibC.SystemCall(CallNumbers.MountSetAttributes, mount.Number(), (nint)empty.First, EmptyPath, (nint)attributes, 32) < 0)
        {
            throw Errno.Failure("mount_setattr");
        }
    }
}
