using System.Runtime.InteropServices;

namespace Strata.Storage.Posix;

/// <summary>
/// A directory locked for one, among threads and processes; waits for who has it. The kernel lets go of the locks of the dead. Not a file: whenever .NET opens one it asks
/// for a lock of its own, and fails if it does not get it.
/// </summary>
internal sealed class FileLock : IDisposable
{
    private int _file;

    private FileLock(int file) => _file = file;

    /// <exception cref="DirectoryNotFoundException">There is no such directory.</exception>
    public static FileLock Take(string path)
    {
        var taken = new FileLock(DurableFiles.Open(path));
        while (Libc.Lock(taken._file, Libc.LockExclusive) != 0)
        {
            if (Marshal.GetLastPInvokeError() != Libc.Interrupted)
            {
                var failure = DurableFiles.Failure("lock", path);
                taken.Dispose();
                throw failure;
            }
        }

        return taken;
    }

    public void Dispose()
    {
        var file = Interlocked.Exchange(ref _file, -1);
        if (file >= 0)
        {
            _ = Libc.Close(file);
        }
    }
}
