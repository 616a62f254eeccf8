using System.Runtime.InteropServices;
using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>What is remembered of a visible name: it changes when the file does. Of a directory only kind and mode; of nothing, zeros.</summary>
[StructLayout(LayoutKind.Sequential, Size = SizeBytes)]
internal struct SourceStamp
{
    public const int SizeBytes = 56;

    public ulong Device;
    public ulong Inode;
    public long Size;
    public long ModifySeconds;
    public long ChangeSeconds;
    public uint ModifyNanoseconds;
    public uint ChangeNanoseconds;
    public uint Mode;

    public readonly FileKind Kind => (FileKind)(Mode & 0xf000);

    public readonly bool IsVisible => Kind is FileKind.Regular or FileKind.Symlink or FileKind.Directory;

    public readonly Timestamp Modified => new(ModifySeconds, ModifyNanoseconds);

    /// <summary>The later of the two times a change shows in: seconds since 1970.</summary>
    public readonly long LatestSeconds => Math.Max(ModifySeconds, ChangeSeconds);

    /// <summary>Whether content and metadata that a layer keeps can be the same: if it was read again and is, nothing changed.</summary>
    public readonly bool MayBeSame(in SourceStamp other) =>
        Mode == other.Mode && Size == other.Size && ModifySeconds == other.ModifySeconds && ModifyNanoseconds == other.ModifyNanoseconds;

    public readonly bool Equals(in SourceStamp other) =>
        MayBeSame(other) && Inode == other.Inode && Device == other.Device && ChangeSeconds == other.ChangeSeconds && ChangeNanoseconds == other.ChangeNanoseconds;

    public static SourceStamp Of(in StatXBuffer status) => status.Kind is FileKind.Directory
        ? new() { Mode = status.Mode }
        : new()
        {
            Device = ((ulong)status.DeviceMajor << 32) | status.DeviceMinor,
            Inode = status.Inode,
            Size = (long)status.Size,
            ModifySeconds = status.ModifySeconds,
            ChangeSeconds = status.ChangeSeconds,
            ModifyNanoseconds = status.ModifyNanoseconds,
            ChangeNanoseconds = status.ChangeNanoseconds,
            Mode = status.Mode,
        };
}
