using Strata.Layers.Posix;

namespace Strata.Layers.Trees;

/// <summary>
/// A directory that is being filled, <c>tmp-…</c>, held by a lock the kernel releases when its owner dies. It becomes visible under
/// its final name in one rename, or is removed.
/// </summary>
internal sealed unsafe class StagingDirectory : IDisposable
{
    public const string Prefix = "tmp-";

    private bool _published;

    private StagingDirectory(string path, int file) => (Path, File) = (path, file);

    public string Path { get; }

    public int File { get; }

    public static StagingDirectory Create(string parent)
    {
        while (true)
        {
            var path = System.IO.Path.Combine(parent, $"{Prefix}{Guid.NewGuid():n}");
            MakePrivateDirectory(path);
            if (TryHold(path, wait: true) is { } held)
            {
                return held; // else a sweep took it between its making and the lock
            }
        }
    }

    /// <summary>Removes what dead processes left. What is held is passed over.</summary>
    public static void Sweep(string parent)
    {
        foreach (var path in Directory.EnumerateDirectories(parent, $"{Prefix}*"))
        {
            TryHold(path, wait: false)?.Dispose();
        }
    }

    /// <summary>
    /// Takes a finished directory away, for removal when this is disposed: everything in it goes at once for those who look it up by name, and also
    /// after a crash. Needs no space on a full disk. Null: it is gone, or another is removing it.
    /// </summary>
    public static StagingDirectory? TakeAside(string path)
    {
        if (TryHold(path, wait: false) is not { } held)
        {
            return null;
        }

        var parent = System.IO.Path.GetDirectoryName(path)!;
        var aside = System.IO.Path.Combine(parent, $"{Prefix}{Guid.NewGuid():n}");
        fixed (byte* from = PosixPath.Terminated(path), to = PosixPath.Terminated(aside))
        {
            if (Libc.RenameAt(Libc.CurrentDirectory, from, Libc.CurrentDirectory, to) != 0)
            {
                var error = Errno.Last;
                _ = Libc.Close(held.File);
                return error == Errno.NotFound ? null : throw Errno.Failure("rename", path, error);
            }
        }

        SyncDirectory(parent);
        return new(aside, held.File);
    }

    /// <summary>Durable and visible under the new name. False if that is taken (by the same content: names are digests).</summary>
    public bool TryPublish(string target)
    {
        if (Libc.SyncFileSystem(File) != 0)
        {
            throw Errno.Failure("sync", Path, Errno.Last);
        }

        return TryRename(target);
    }

    /// <summary>The same for a directory whose files were each synced.</summary>
    public bool TryPublishSynced(string target)
    {
        if (Libc.Sync(File) != 0)
        {
            throw Errno.Failure("sync", Path, Errno.Last);
        }

        return TryRename(target);
    }

    public void Dispose()
    {
        if (!_published)
        {
            TreeRemoval.Remove(Path);
        }

        _ = Libc.Close(File);
    }

    public static void SyncDirectory(string path)
    {
        var file = OpenDirectory(path);
        var error = file < 0 || Libc.Sync(file) != 0 ? Errno.Last : 0;
        if (file >= 0)
        {
            _ = Libc.Close(file);
        }

        if (error != 0)
        {
            throw Errno.Failure("sync", path, error);
        }
    }

    private bool TryRename(string target)
    {
        fixed (byte* from = PosixPath.Terminated(Path), to = PosixPath.Terminated(target))
        {
            if (Libc.RenameAt(Libc.CurrentDirectory, from, Libc.CurrentDirectory, to) != 0)
            {
                var error = Errno.Last;
                return error is Errno.Exists or Errno.NotEmpty ? false : throw Errno.Failure("rename", target, error);
            }
        }

        _published = true;
        SyncDirectory(System.IO.Path.GetDirectoryName(target)!);
        return true;
    }

    private static void MakePrivateDirectory(string path)
    {
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            if (Libc.MakeDirectoryAt(Libc.CurrentDirectory, terminated, 0x1c0) != 0) // 0700
            {
                throw Errno.Failure("make directory", path, Errno.Last);
            }
        }
    }

    private static StagingDirectory? TryHold(string path, bool wait)
    {
        var file = OpenDirectory(path);
        if (file < 0)
        {
            return null;
        }

        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8)
        {
            // Without names: whoever had the lock before has removed it.
            if (Libc.Lock(file, Libc.LockExclusive | (wait ? 0 : Libc.LockNonBlocking)) == 0
                && Libc.StatX(file, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) == 0
                && status.LinkCount > 0
                && Directory.Exists(path))
            {
                return new(path, file);
            }
        }

        _ = Libc.Close(file);
        return null;
    }

    private static int OpenDirectory(string path)
    {
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            return Libc.OpenAt(Libc.CurrentDirectory, terminated, Libc.ReadOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec, 0);
        }
    }
}
