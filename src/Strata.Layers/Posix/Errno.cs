using System.Runtime.InteropServices;

namespace Strata.Layers.Posix;

/// <summary>Error numbers this module tells apart, and the exception for the rest.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NotFound = 2;
    public const int Interrupted = 4;
    public const int WouldBlock = 11;
    public const int AccessDenied = 13;
    public const int Busy = 16;
    public const int Exists = 17;
    public const int CrossDevice = 18;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int NoSystemCall = 38;
    public const int NotEmpty = 39;
    public const int TooManyLinks = 40; // ELOOP
    public const int NoAttribute = 61; // ENODATA
    public const int NotSupported = 95;

    public static int Last => Marshal.GetLastPInvokeError();

    /// <summary>For the last failed call: <c>open /x/y: Permission denied</c>.</summary>
    public static IOException Failure(string operation, ReadOnlySpan<byte> path) => Failure(operation, PosixPath.Show(path), Last);

    public static IOException Failure(string operation, string path, int error) =>
        new($"{operation} {path}: {Marshal.GetPInvokeErrorMessage(error)}", error);
}
