using Microsoft.Win32.SafeHandles;

namespace Strata.Sandbox.Native;

/// <summary>Opens files the .NET way cannot: without following links, as bare paths, or inside another root. Everything is close-on-exec.</summary>
internal static unsafe class Descriptor
{
    private const ulong ResolveNoMagicLinks = 0x02;
    private const ulong ResolveInRoot = 0x10;

    internal static int Number(this SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    /// <exception cref="IOException">HResult is the error number.</exception>
    internal static SafeFileHandle Open(string path, int flags, uint mode = 0) =>
        Own(LibC.Open(path, flags | OpenFlags.CloseOnExec, mode), path);

    /// <summary>Resolves <paramref name="path"/> as a process would whose root is <paramref name="root"/>: links and ".." never lead out.</summary>
    internal static SafeFileHandle? OpenInRoot(SafeFileHandle root, string path, int flags, out int error)
    {
        var how = stackalloc ulong[3] { (ulong)(uint)(flags | OpenFlags.CloseOnExec), 0, ResolveInRoot | ResolveNoMagicLinks };
        var name = System.Text.Encoding.UTF8.GetBytes(path + '\0');
        fixed (byte* start = name)
        {
            for (var attempt = 0; ; attempt++)
            {
                var result = (int)LibC.SystemCall(CallNumbers.OpenAt2, root.Number(), (nint)start, (nint)how, 24, 0);
                error = result < 0 ? Errno.Last : 0;
                if (result >= 0)
                {
                    return new SafeFileHandle(result, ownsHandle: true);
                }

                if (error is not (Errno.Interrupted or Errno.TryAgain) || attempt > 16) // EAGAIN: a rename raced with ".."
                {
                    return null;
                }
            }
        }
    }

    internal static bool ExistsInRoot(SafeFileHandle root, string path)
    {
        using var found = OpenInRoot(root, path, OpenFlags.Path, out _);
        return found is not null;
    }

    internal static SafeFileHandle Own(int result, string what) =>
        result >= 0 ? new SafeFileHandle(result, ownsHandle: true) : throw Errno.Failure(what);
}
