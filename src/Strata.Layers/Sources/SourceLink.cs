using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>Reads a symbolic link that is not behind another.</summary>
internal static unsafe class SourceLink
{
    private const int PathOnly = 0x200000; // O_PATH

    /// <summary>Its target as written, and the stamp of that very link. Null: it is gone, or no link any more.</summary>
    public static (byte[] Target, SourceStamp Stamp)? Read(int root, ReadOnlySpan<byte> path)
    {
        int link;
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            link = Libc.OpenBeneath(root, terminated, PathOnly | Libc.NoFollowLink | Libc.CloseOnExec, Libc.ResolveBeneath | Libc.ResolveNoSymlinks);
        }

        if (link < 0)
        {
            return null;
        }

        var target = new byte[PosixPath.LengthMax];
        nint length;
        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8, buffer = target)
        {
            length = Libc.StatX(link, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) == 0
                ? Libc.ReadLinkAt(link, empty, buffer, (nuint)target.Length)
                : -1;
        }

        _ = Libc.Close(link);
        return length > 0 ? (target[..(int)length], SourceStamp.Of(status)) : null;
    }
}
