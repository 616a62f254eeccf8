namespace Strata.Layers.Posix;

/// <summary>An open directory.</summary>
internal sealed class DirectoryHandle : IDisposable
{
    private DirectoryHandle(int file) => File = file;

    public int File { get; private set; }

    /// <summary>The last component may not be a link.</summary>
    public static unsafe DirectoryHandle Open(string path)
    {
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            var flags = Libc.ReadOnly | Libc.Directory | Libc.NoFollowLink | Libc.CloseOnExec;
            var file = Libc.OpenAt(Libc.CurrentDirectory, terminated, flags, 0);
            return file >= 0 ? new(file) : throw Errno.Failure("open directory", path, Errno.Last);
        }
    }

    public void Dispose()
    {
        if (File >= 0)
        {
            _ = Libc.Close(File);
            File = -1;
        }
    }
}
