using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>Reads a symbolic link that is not behind another.</summary>
internal static unsafe class SourceLink
{
    private const int PathOnly = 0x200000; // O_PATH

    /// <summary>Its target as written. Null: it is gone, or no link any more.</summary>
    public static byte[]? Read(int root, ReadOnlySpan<byte> path)
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
        fixed (byte* empty = "\0"u8, buffer = target)
        {
            length = Libc.ReadLinkAt(link, empty, buffer, (nuint)target.Length);
        }

        _ = Libc.Close(link);
        return length > 0 ? target[..(int)length] : null;
    }
}
