using System.Globalization;
using Strata.Layers.Posix;

namespace Strata.Layers.Trees;

/// <summary>What changes when a file does: device, inode, size, modification and change time.</summary>
public readonly record struct FileStamp(ulong Device, ulong Inode, long Size, long ModifiedNs, long ChangedNs)
{
    /// <summary>Of a regular file, links followed. Null: absent, unreadable or something else.</summary>
    public static unsafe FileStamp? Find(string path)
    {
        StatXBuffer status = default;
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            if (Libc.StatX(Libc.CurrentDirectory, terminated, 0, StatXBuffer.BasicFields, &status) != 0 || status.Kind != FileKind.Regular)
            {
                return null;
            }
        }

        return Of(status);
    }

    /// <summary>Changed so long ago that a later change must show in the times: some file systems count in steps of two seconds.</summary>
    public bool IsSettled(TimeProvider time) =>
        (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds - (Math.Max(ModifiedNs, ChangedNs) / 1e9) > 2;

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{Device}:{Inode}:{Size}:{ModifiedNs}:{ChangedNs}");

    internal static FileStamp Of(in StatXBuffer status) => new(
        ((ulong)status.DeviceMajor << 32) | status.DeviceMinor,
        status.Inode,
        (long)status.Size,
        unchecked((status.ModifySeconds * 1_000_000_000) + status.ModifyNanoseconds),
        unchecked((status.ChangeSeconds * 1_000_000_000) + status.ChangeNanoseconds));
}
