using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Strata.Sandbox.Native;

/// <summary>statx(2): the same layout on every architecture. Links are never followed.</summary>
internal readonly record struct FileStatus(uint Mode, ulong Inode, ulong Blocks, uint DeviceMajor, uint DeviceMinor)
{
    internal uint User { get; private init; }

    internal uint Group { get; private init; }

    internal long ModifySeconds { get; private init; }

    internal long ModifyNanoseconds { get; private init; }

    private const int NoFollow = 0x100; // AT_SYMLINK_NOFOLLOW
    private const int EmptyPath = 0x1000; // AT_EMPTY_PATH
    private const int AtCurrentDirectory = -100;
    private const uint BasicFields = 0x7ff;

    internal bool IsDirectory => (Mode & 0xF000) == 0x4000;

    internal bool IsRegular => (Mode & 0xF000) == 0x8000;

    internal bool IsExecutable => (Mode & 0b001_001_001) != 0;

    internal static FileStatus? Of(SafeFileHandle file)
    {
        ReadOnlySpan<byte> empty = [0];
        return At(file.Number(), empty, EmptyPath);
    }

    internal static FileStatus? Of(string path) => At(AtCurrentDirectory, System.Text.Encoding.UTF8.GetBytes(path + '\0'), NoFollow);

    /// <param name="name">Ends with NUL.</param>
    internal static unsafe FileStatus? At(int directory, ReadOnlySpan<byte> name, int flags = NoFollow)
    {
        var status = stackalloc byte[256];
        fixed (byte* start = name)
        {
            if (StatX(directory, start, flags, BasicFields, status) < 0)
            {
                return null;
            }
        }

        return new(*(ushort*)(status + 28), *(ulong*)(status + 32), *(ulong*)(status + 48), *(uint*)(status + 136), *(uint*)(status + 140))
        {
            User = *(uint*)(status + 20),
            Group = *(uint*)(status + 24),
            ModifySeconds = *(long*)(status + 112),
            ModifyNanoseconds = *(uint*)(status + 120),
        };
    }

    private static unsafe int StatX(int directory, byte* path, int flags, uint mask, byte* status) => NativeStatus.StatX(directory, path, flags, mask, status);
}

internal static unsafe partial class NativeStatus
{
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true)]
    internal static partial int StatX(int directory, byte* path, int flags, uint mask, byte* status);
}
