using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Slots;

/// <summary>
/// Removes what a hostile job may have left: foreign owners, mode 000, immutable flags, trees deeper than any path. Works from directory descriptors
/// only and never follows a link, so nothing outside the given directory is touched.
/// </summary>
internal sealed unsafe class TreeRemoval
{
    private const int DepthMax = 64; // descriptors held at once; what lies deeper is moved up first
    private const int RemoveDirectoryFlag = 0x200; // AT_REMOVEDIR
    private const nuint GetFlags = 0x80086601; // FS_IOC_GETFLAGS
    private const nuint SetFlags = 0x40086602; // FS_IOC_SETFLAGS
    private const int ImmutableOrAppendOnly = 0x10 | 0x20;

    private readonly SafeFileHandle _top;
    private long _moved;

    private TreeRemoval(SafeFileHandle top) => _top = top;

    /// <summary>Absent is fine.</summary>
    /// <exception cref="IOException">Something could not be removed.</exception>
    internal static void Remove(string path)
    {
        if (LibC.RemoveDirectory(path) == 0)
        {
            return;
        }

        switch (Errno.Last)
        {
            case Errno.NoEntry:
                return;
            case Errno.NotDirectory:
                _ = LibC.Unlink(path);
                return;
        }

        using (var top = OpenDirectory(-100, System.Text.Encoding.UTF8.GetBytes(path + '\0')))
        {
            new TreeRemoval(top).Empty(top, 0);
        }

        if (LibC.RemoveDirectory(path) < 0 && Errno.Last != Errno.NoEntry)
        {
            throw Errno.Failure($"Removing {path}");
        }
    }

    private void Empty(SafeFileHandle directory, int depth)
    {
        // Names are read before anything is removed; moved-up directories appear late, so look again until nothing is left.
        for (var names = DirectoryNames.Read(directory); names.Count > 0; names = DirectoryNames.Read(directory))
        {
            var progress = false;
            foreach (var name in names)
            {
                progress |= RemoveEntry(directory, name, depth);
            }

            if (!progress)
            {
                throw new IOException($"Removing a sandbox's files: {Errno.Text(Errno.Last)}");
            }
        }
    }

    private bool RemoveEntry(SafeFileHandle directory, byte[] name, int depth)
    {
        if (Unlink(directory, name, 0))
        {
            return true;
        }

        if (Errno.Last is not (Errno.IsDirectory or Errno.NotPermitted))
        {
            return Errno.Last == Errno.NoEntry;
        }

        if (FileStatus.At(directory.Number(), name) is not { IsDirectory: true })
        {
            ClearFlags(directory, name);
            ClearFlags(directory);
            return Unlink(directory, name, 0);
        }

        if (Unlink(directory, name, RemoveDirectoryFlag))
        {
            return true;
        }

        if (depth >= DepthMax)
        {
            return MoveUp(directory, name);
        }

        using (var inner = OpenDirectory(directory.Number(), name))
        {
            ClearFlags(inner);
            Empty(inner, depth + 1);
        }

        return Unlink(directory, name, RemoveDirectoryFlag);
    }

    private bool MoveUp(SafeFileHandle directory, byte[] name)
    {
        var target = System.Text.Encoding.UTF8.GetBytes($".strata-deep-{_moved++}\0");
        fixed (byte* from = name, to = target)
        {
            return LibC.RenameAt(directory.Number(), from, _top.Number(), to) == 0;
        }
    }

    private static SafeFileHandle OpenDirectory(int parent, byte[] name)
    {
        fixed (byte* start = name)
        {
            var flags = OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
            return Descriptor.Own((int)LibC.SystemCall(CallNumbers.OpenAt, parent, (nint)start, flags, 0, 0), "Opening a directory to remove");
        }
    }

    private static bool Unlink(SafeFileHandle directory, byte[] name, int flags)
    {
        fixed (byte* start = name)
        {
            return LibC.UnlinkAt(directory.Number(), start, flags) == 0;
        }
    }

    private static void ClearFlags(SafeFileHandle directory, byte[] name)
    {
        fixed (byte* start = name)
        {
            var flags = OpenFlags.ReadOnly | OpenFlags.NonBlocking | OpenFlags.NoFollow | OpenFlags.CloseOnExec;
            var file = (int)LibC.SystemCall(CallNumbers.OpenAt, directory.Number(), (nint)start, flags, 0, 0);
            if (file >= 0)
            {
                using var handle = new SafeFileHandle(file, ownsHandle: true);
                ClearFlags(handle);
            }
        }
    }

    private static void ClearFlags(SafeFileHandle file)
    {
        int flags;
        if (LibC.DeviceControl(file.Number(), GetFlags, &flags) == 0 && (flags & ImmutableOrAppendOnly) != 0)
        {
            flags &= ~ImmutableOrAppendOnly;
            _ = LibC.DeviceControl(file.Number(), SetFlags, &flags);
        }
    }
}
