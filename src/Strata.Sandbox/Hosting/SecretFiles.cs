using Strata.Sandbox.Native;

namespace Strata.Sandbox.Hosting;

/// <summary>Files in memory, in the private mount namespace only. ramfs, not tmpfs: its pages are never swapped to a disk.</summary>
internal static class SecretFiles
{
    private const uint OwnerReads = 0b100_000_000;
    private const uint Directory = 0b101_101_101;

    /// <summary>Call in the mount namespace thread. The caller unmounts, after a failure too.</summary>
    /// <param name="hostBase">The job's id 0.</param>
    /// <exception cref="IOException">The kernel refused.</exception>
    internal static void Mount(string target, SandboxSpec spec, uint hostBase)
    {
        if (LibC.MakeDirectory(target, Directory) < 0
            || LibC.Mount("ramfs", target, "ramfs", MountFlags.NoSetUserId | MountFlags.NoDevices | MountFlags.NoExecute, "mode=0555") < 0)
        {
            throw Errno.Failure(target);
        }

        var (user, group) = ((uint)spec.SecretsOwner.UserId + hostBase, (uint)spec.SecretsOwner.GroupId + hostBase);
        try
        {
            foreach (var (name, value) in spec.SecretFiles)
            {
                Write($"{target}/{CheckedName(name)}", value, user, group);
            }
        }
        catch
        {
            _ = LibC.Unmount(target, MountFlags.Detach);
            throw;
        }
    }

    private static void Write(string path, byte[] value, uint user, uint group)
    {
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        if (LibC.ChangeMode(file.Number(), OwnerReads) < 0 || LibC.ChangeOwner(file.Number(), user, group) < 0)
        {
            throw Errno.Failure(path);
        }

        RandomAccess.Write(file, value, 0);
    }

    private static string CheckedName(string name) =>
        name is "" or "." or ".." || name.AsSpan().ContainsAny('/', '\0') ? throw new ArgumentException($"'{name}' is no file name.", nameof(name)) : name;
}
