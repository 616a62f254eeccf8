using System.Runtime.InteropServices;

namespace Strata.Storage.Posix;

/// <summary>The system calls that .NET does not offer.</summary>
internal static partial class Libc
{
    public const int CloseOnExec = 0x80000;
    public const int LockExclusive = 2;
    public const int MayWriteAndSearch = 3; // W_OK | X_OK
    public const int NotFound = 2; // ENOENT
    public const int Interrupted = 4; // EINTR
    public const int Exists = 17; // EEXIST

    private const string Library = "libc";

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    public static unsafe partial int Open(byte* path, int flags);

    [LibraryImport(Library, EntryPoint = "link", SetLastError = true)]
    public static unsafe partial int Link(byte* from, byte* to);

    [LibraryImport(Library, EntryPoint = "access")]
    public static unsafe partial int Access(byte* path, int mode);

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int file);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    public static partial int Sync(int file);

    [LibraryImport(Library, EntryPoint = "flock", SetLastError = true)]
    public static partial int Lock(int file, int operation);
}
