using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Mounts;

/// <summary>A second view of a tree whose owners are moved into a job's id range (mount_setattr(2)). Only lowers: an idmapped upper turns an overlay read-only.</summary>
internal static unsafe class IdmappedMount
{
    private const nint CloneTree = 1 | OpenFlags.CloseOnExec; // OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC
    private const ulong IdmapAttribute = 0x00100000; // MOUNT_ATTR_IDMAP
    private const ulong ReadOnlyAttribute = 1;
    private const int AtCurrentDirectory = -100;
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH

    private static readonly Version FirstKernel = new(5, 19);

    /// <summary>
    /// Whether overlayfs takes id-mapped lowers and EROFS can be mapped: since Linux 5.19, while mount_setattr(2) is there since 5.12. By number, because
    /// trying it costs a mount at each start; a vendor's kernel that has it earlier is taken as one without.
    /// </summary>
    internal static bool IsSupported(Version kernel) => kernel >= FirstKernel;

    /// <summary>Mounts <paramref name="tree"/> at <paramref name="target"/>, read-only. Call in the mount namespace thread.</summary>
    /// <exception cref="IOException">EINVAL, EPERM: this file system or kernel cannot.</exception>
    internal static void Mount(string tree, string target, SafeFileHandle userNamespace)
    {
        using var mount = Open(tree, userNamespace);
        OverlayMount.Move(mount, target);
    }

    /// <summary>Whether trees below <paramref name="directory"/> can be mapped. Changes nothing.</summary>
    internal static bool IsPossible(string directory, SafeFileHandle userNamespace)
    {
        try
        {
            Open(directory, userNamespace).Dispose();
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Shows a file or directory at <paramref name="target"/>, id-mapped where its file system allows, else as it is.</summary>
    internal static void Bind(string source, string target, bool readOnly, SafeFileHandle? userNamespace)
    {
        if (userNamespace is not null)
        {
            try
            {
                using var mapped = Open(source, userNamespace, readOnly);
                OverlayMount.Move(mapped, target);
                return;
            }
            catch (IOException)
            {
                // Owners then show as nobody.
            }
        }

        if (LibC.Mount(source, target, null, MountFlags.Bind | MountFlags.Recursive, null) < 0)
        {
            throw Errno.Failure(source);
        }
    }

    private static SafeFileHandle Open(string tree, SafeFileHandle userNamespace, bool readOnly = true)
    {
        using var path = new StringVector([tree, ""]);
        var mount = Descriptor.Own((int)LibC.SystemCall(CallNumbers.OpenTree, AtCurrentDirectory, (nint)path.Pointer[0], CloneTree, 0, 0), $"open_tree {tree}");
        var attributes = stackalloc ulong[4] { IdmapAttribute | (readOnly ? ReadOnlyAttribute : 0), 0, 0, (ulong)userNamespace.Number() };
        if (LibC.SystemCall(CallNumbers.MountSetAttributes, mount.Number(), (nint)path.Pointer[1], EmptyPath, (nint)attributes, 32) < 0)
        {
            var error = Errno.Last;
            mount.Dispose();
            throw Errno.Failure($"id-mapping {tree}", error);
        }

        return mount;
    }
}
