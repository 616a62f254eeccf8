using Strata.Layers.Posix;

namespace Strata.Layers.Trees;

/// <summary>Removes a tree whatever its modes and names; follows no link. Absent: nothing to do.</summary>
internal static unsafe class TreeRemoval
{
    private const uint OwnerMode = 0x1c0; // 0700

    /// <exception cref="IOException">Something could not be removed; the rest may be.</exception>
    public static void Remove(string path) => Remove(Libc.CurrentDirectory, PosixPath.Terminated(path), 0);

    /// <param name="name">One component of an open directory.</param>
    public static void Remove(int directory, ReadOnlySpan<byte> name) => Remove(directory, PosixPath.Terminated(name), 0);

    private static void Remove(int parent, ReadOnlySpan<byte> name, int depth)
    {
        fixed (byte* path = name)
        {
            if (Libc.UnlinkAt(parent, path, 0) == 0 || Errno.Last == Errno.NotFound)
            {
                return;
            }

            if (Errno.Last is not (Errno.IsDirectory or Errno.NotPermitted or Errno.AccessDenied))
            {
                throw Errno.Failure("remove", name);
            }

            if (Libc.UnlinkAt(parent, path, Libc.RemoveDirectory) == 0)
            {
                return;
            }

            Empty(parent, path, name, depth);
            if (Libc.UnlinkAt(parent, path, Libc.RemoveDirectory) != 0 && Errno.Last != Errno.NotFound)
            {
                throw Errno.Failure("remove directory", name);
            }
        }
    }

    private static void Empty(int parent, byte* path, ReadOnlySpan<byte> name, int depth)
    {
        var directory = Open(parent, path);
        if (directory < 0 && Errno.Last == Errno.AccessDenied && Libc.ChangeModeAt(parent, path, OwnerMode, 0) == 0)
        {
            directory = Open(parent, path);
        }

        if (directory < 0)
        {
            throw Errno.Failure("open directory", name);
        }

        try
        {
            _ = Libc.ChangeMode(directory, OwnerMode); // so that its entries can be unlinked by a user other than root
            RemoveEntries(directory, depth);
        }
        finally
        {
            _ = Libc.Close(directory);
        }
    }

    private static void RemoveEntries(int directory, int depth)
    {
        const int depthMax = 1024; // deeper than any tree that was written here
        if (depth > depthMax)
        {
            throw new IOException($"A directory is nested deeper than {depthMax}.");
        }

        bool removed;
        do
        {
            removed = false;
            _ = Libc.Seek(directory, 0, 0); // some file systems skip entries while others are removed: until a pass finds none
            using var entries = new DirectoryEntries(directory);
            while (entries.Next())
            {
                Remove(directory, PosixPath.Terminated(entries.Name), depth + 1);
                removed = true;
            }
        }
        while (removed);
    }

    private static int Open(int parent, byte* path) =>
        Libc.OpenAt(parent, path, Libc.ReadOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec, 0);
}
