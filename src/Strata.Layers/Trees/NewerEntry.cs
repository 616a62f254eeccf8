using Strata.Layers.Posix;

namespace Strata.Layers.Trees;

/// <summary>Looks for something that changed in a tree, as <c>find -newer</c>: a directory's own time tells of what was removed or moved away.</summary>
public static unsafe class NewerEntry
{
    private const uint ModifyTime = 0x40; // STATX_MTIME
    private const int DepthMax = 64;
    private const long Unknown = long.MaxValue;

    /// <param name="root">A directory or a file; not followed where it is a link.</param>
    /// <param name="than">Another file.</param>
    /// <param name="except">Names whose times do not matter.</param>
    /// <returns>Also true for what cannot be looked at: to know would take more.</returns>
    public static bool Exists(string root, string than, ReadOnlySpan<byte> except)
    {
        fixed (byte* file = PosixPath.Terminated(than))
        fixed (byte* start = PosixPath.Terminated(root))
        {
            return TimeOf(Libc.CurrentDirectory, file) is var time && (time == Unknown || Exists(Libc.CurrentDirectory, start, FileKind.None, time, except, DepthMax));
        }
    }

    private static bool Exists(int parent, byte* name, FileKind kind, long than, ReadOnlySpan<byte> except, int depth)
    {
        if (TimeOf(parent, name) > than)
        {
            return true;
        }

        if (kind is not (FileKind.Directory or FileKind.None))
        {
            return false;
        }

        var directory = Libc.OpenAt(parent, name, Libc.ReadOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec, 0);
        if (directory < 0)
        {
            return Errno.Last != Errno.NotDirectory;
        }

        try
        {
            return depth == 0 || ExistsIn(directory, than, except, depth);
        }
        finally
        {
            _ = Libc.Close(directory);
        }
    }

    private static bool ExistsIn(int directory, long than, ReadOnlySpan<byte> except, int depth)
    {
        using var entries = new DirectoryEntries(directory);
        while (entries.Next())
        {
            if (entries.Name.SequenceEqual(except))
            {
                continue;
            }

            fixed (byte* name = entries.Name) // its NUL follows
            {
                if (Exists(directory, name, entries.Kind, than, except, depth - 1))
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Nanoseconds since 1970.</summary>
    private static long TimeOf(int directory, byte* name)
    {
        StatXBuffer status;
        return Libc.StatX(directory, name, Libc.NoFollow, ModifyTime, &status) == 0 ? (status.ModifySeconds * 1_000_000_000) + status.ModifyNanoseconds : Unknown;
    }
}
