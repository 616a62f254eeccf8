using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Archives;

/// <summary>
/// The names of one directory are moved into another of the same file system; where both have a directory, what is in it. Nothing is replaced, and no link
/// followed: a name that is taken by anything else is a conflict, found before the first is moved.
/// </summary>
internal static unsafe class HostMerge
{
    private const uint OwnerMode = 0x1c0; // 0700
    private const uint OwnerWrite = 0x80;

    /// <returns>Null: all is moved. Else the first name that is taken, and nothing was moved.</returns>
    public static string? TryMerge(string from, string to)
    {
        using var source = DirectoryHandle.Open(from);
        using var target = DirectoryHandle.Open(to, followLink: true);
        if (Conflict(source.File, target.File, []) is { } conflict)
        {
            return PosixPath.Show(conflict);
        }

        Move(source.File, target.File);
        return null;
    }

    private static byte[]? Conflict(int source, int target, byte[] path)
    {
        foreach (var name in Names(source))
        {
            byte[] whole = path.Length == 0 ? name : [.. path, (byte)'/', .. name];
            switch (Find(target, name)?.Kind)
            {
                case null:
                    continue;
                case FileKind.Directory when Find(source, name)?.Kind is FileKind.Directory:
                    using (var directories = new OpenDirectories(source))
                    using (var targets = new OpenDirectories(target))
                    {
                        if (Conflict(directories.Open(name), targets.Open(name), whole) is { } below)
                        {
                            return below;
                        }
                    }

                    continue;
                default:
                    return whole;
            }
        }

        return null;
    }

    private static void Move(int source, int target)
    {
        _ = Libc.ChangeMode(source, OwnerMode); // it is taken away afterwards
        foreach (var name in Names(source))
        {
            if (Find(target, name)?.Kind is FileKind.Directory)
            {
                using var directories = new OpenDirectories(source);
                using var targets = new OpenDirectories(target);
                Move(directories.Open(name), targets.Open(name));
                continue;
            }

            MoveOne(source, target, name);
        }
    }

    private static void MoveOne(int source, int target, byte[] name)
    {
        fixed (byte* terminated = PosixPath.Terminated(name))
        {
            var closed = Find(source, name) is { Kind: FileKind.Directory } found && (found.Permissions & OwnerWrite) == 0 ? found : default(StatXBuffer?);
            if (closed is not null)
            {
                _ = Libc.ChangeModeAt(source, terminated, OwnerMode, 0); // its '..' changes
            }

            if (Libc.RenameAt(source, terminated, target, terminated) != 0)
            {
                throw Errno.Failure("move", name);
            }

            if (closed is { } mode)
            {
                _ = Libc.ChangeModeAt(target, terminated, mode.Permissions, 0);
            }
        }
    }

    private static List<byte[]> Names(int directory)
    {
        var names = new List<byte[]>();
        _ = Libc.Seek(directory, 0, 0);
        using var entries = new DirectoryEntries(directory);
        while (entries.Next())
        {
            names.Add(entries.Name.ToArray());
        }

        return names;
    }

    /// <summary>Null: nothing has the name.</summary>
    private static StatXBuffer? Find(int directory, byte[] name)
    {
        StatXBuffer status = default;
        fixed (byte* terminated = PosixPath.Terminated(name))
        {
            return Libc.StatX(directory, terminated, Libc.NoFollow, StatXBuffer.BasicFields, &status) == 0 ? status
                : Errno.Last == Errno.NotFound ? null
                : throw Errno.Failure("look at", name);
        }
    }
}
