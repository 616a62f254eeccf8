using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Strata.Layers.Posix;

namespace Strata.Layers.Mounting;

/// <summary>
/// The kernel's mount calls (fsopen(2) and what follows it, Linux 5.2): options are separate strings here, so a path may hold any character,
/// which the comma-separated string of mount(2) cannot say.
/// </summary>
internal static unsafe partial class MountCalls
{
    /// <summary>A longer value is refused: fsconfig(2) takes 255 bytes.</summary>
    public const int ValueLengthMax = 255;

    private const string Library = "libc";
    private const nint OpenTree = 428, MoveMount = 429, FsOpen = 430, FsConfig = 431, FsMount = 432; // the same on every architecture
    private const int SetFlag = 0, SetString = 1, Create = 6;
    private const int CloseOnExec = 1; // FSOPEN_CLOEXEC, FSMOUNT_CLOEXEC
    private const int ReadOnlyNoDevices = 1 | 4; // MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV
    private const int FromEmptyPath = 4; // MOVE_MOUNT_F_EMPTY_PATH
    private const int CloneOfDescriptor = 1 | 0x80000 | 0x1000; // OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH
    private const int Detach = 2; // MNT_DETACH
    private const int NoFollow = 8; // UMOUNT_NOFOLLOW
    private const int MessageLengthMax = 1024;

    public static SafeFileHandle Open(string type)
    {
        fixed (byte* name = PosixPath.Terminated(type))
        {
            return Own(Call(FsOpen, (nint)name, CloseOnExec, 0, 0, 0), $"fsopen {type}");
        }
    }

    public static void Set(SafeFileHandle system, string key, string value)
    {
        fixed (byte* name = PosixPath.Terminated(key), text = PosixPath.Terminated(value))
        {
            Check(Call(FsConfig, Number(system), SetString, (nint)name, (nint)text, 0), system, $"{key}={value}");
        }
    }

    public static void Set(SafeFileHandle system, string flag)
    {
        fixed (byte* name = PosixPath.Terminated(flag))
        {
            Check(Call(FsConfig, Number(system), SetFlag, (nint)name, 0, 0), system, flag);
        }
    }

    /// <summary>The file system, seen nowhere yet. Gone with its descriptor.</summary>
    /// <param name="what">For messages.</param>
    public static SafeFileHandle Mount(SafeFileHandle system, string what)
    {
        Make(system, what);
        return Own(Call(FsMount, Number(system), CloseOnExec, ReadOnlyNoDevices, 0, 0), $"fsmount {what}");
    }

    /// <summary>Only the file system: whether the kernel takes it.</summary>
    public static void Make(SafeFileHandle system, string what) => Check(Call(FsConfig, Number(system), Create, 0, 0, 0), system, what);

    /// <summary>Another mount of the same file system, seen nowhere yet. Null: this kernel makes none of one that is seen nowhere itself (before Linux 6.15).</summary>
    public static SafeFileHandle? TryCopy(SafeFileHandle mount)
    {
        fixed (byte* empty = "\0"u8)
        {
            var copy = Call(OpenTree, Number(mount), (nint)empty, CloneOfDescriptor, 0, 0);
            return copy >= 0 ? new(copy, ownsHandle: true) : null;
        }
    }

    public static void Attach(SafeFileHandle mount, string target)
    {
        fixed (byte* empty = "\0"u8, path = PosixPath.Terminated(target))
        {
            if (Call(MoveMount, Number(mount), (nint)empty, Libc.CurrentDirectory, (nint)path, FromEmptyPath) < 0)
            {
                throw Errno.Failure("mount at", target, Errno.Last);
            }
        }
    }

    public static void Unmount(string target)
    {
        fixed (byte* path = PosixPath.Terminated(target))
        {
            if (UnmountTarget(path, Detach | NoFollow) != 0)
            {
                throw Errno.Failure("unmount", target, Errno.Last);
            }
        }
    }

    private static nint Number(SafeFileHandle file) => file.DangerousGetHandle();

    private static SafeFileHandle Own(nint file, string what) => file >= 0 ? new(file, ownsHandle: true) : throw Errno.Failure(what, "", Errno.Last);

    /// <summary>The kernel's own words, if it has any, are read from the descriptor: "e erofs: …".</summary>
    private static void Check(nint result, SafeFileHandle system, string what)
    {
        if (result >= 0)
        {
            return;
        }

        var error = Errno.Last;
        var failure = Errno.Failure("mount", what, error);
        Span<byte> message = stackalloc byte[MessageLengthMax];
        fixed (byte* buffer = message)
        {
            var length = Libc.Read((int)Number(system), buffer, MessageLengthMax);
            throw length > 0 ? new IOException($"{failure.Message} ({Encoding.UTF8.GetString(message[..(int)length]).Trim()})", error) : failure;
        }
    }

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Call(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport(Library, EntryPoint = "umount2", SetLastError = true)]
    private static partial int UnmountTarget(byte* target, int flags);
}
