using System.Runtime.InteropServices;

namespace Strata.Sandbox.Native;

/// <summary>Error numbers that are decided on (asm-generic/errno-base.h, errno.h: the same on x86-64 and arm64).</summary>
internal static class Errno
{
    internal const int NotPermitted = 1;
    internal const int NoEntry = 2;
    internal const int NoProcess = 3;
    internal const int Interrupted = 4;
    internal const int TryAgain = 11;
    internal const int AccessDenied = 13;
    internal const int Busy = 16;
    internal const int Exists = 17;
    internal const int NotDirectory = 20;
    internal const int IsDirectory = 21;
    internal const int Invalid = 22;
    internal const int NoSystemCall = 38;
    internal const int NotEmpty = 39;

    internal static int Last => Marshal.GetLastPInvokeError();

    internal static string Text(int error) => Marshal.GetPInvokeErrorMessage(error);

    /// <summary>What failed and why, in the kernel's words.</summary>
    internal static IOException Failure(string what) => Failure(what, Last);

    internal static IOException Failure(string what, int error) => new($"{what}: {Text(error)}", error);
}
