using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Slots;

/// <summary>Which file a name or a descriptor means now.</summary>
internal readonly record struct FileIdentity(uint DeviceMajor, uint DeviceMinor, ulong Inode)
{
    internal static FileIdentity? Of(SafeFileHandle file) => FileStatus.Of(file) is { } s ? new(s.DeviceMajor, s.DeviceMinor, s.Inode) : null;

    internal static FileIdentity? Of(string path) => FileStatus.Of(path) is { } s ? new(s.DeviceMajor, s.DeviceMinor, s.Inode) : null;
}
