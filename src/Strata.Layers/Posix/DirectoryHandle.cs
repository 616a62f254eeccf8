namespace Strata.Layers.Posix;

/// <summary>An open directory.</summary>
internal sealed class DirectoryHandle : IDisposable
{
    private DirectoryHandle(int file) => File = file;

    public int File { get; private set; }

    /// <param name="followLink">Whether the last component may be a link: for paths the user gave.</param>
    public static unsafe DirectoryHandle Open(string path, bool followLink = false)
    {
        fixed (byte* terminated = PosixPath.Terminated(path))
        {
            var flags = Libc.ReadOnly | Libc.Directory | (followLink ? 0 : Libc.NoFollowLink) | Libc.CloseOnExec;
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
