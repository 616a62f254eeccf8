using Strata.Core.Diagnostics;
using Strata.Layers.Posix;

namespace Strata.Layers.Sources;

/// <summary>A file that is written again and again, as it was at one moment.</summary>
internal sealed record SteadyFile(SourceStamp Stamp, byte[] Content)
{
    private const long SizeMax = 64 << 20;
    private const int AttemptsMax = 20;

    /// <summary>Null: it is gone, or no file any more.</summary>
    /// <exception cref="UserErrorException">It never stood still, or is larger than 64 MiB (STR3304).</exception>
    public static unsafe SteadyFile? Read(int root, ReadOnlySpan<byte> path)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            int file;
            fixed (byte* terminated = PosixPath.Terminated(path))
            {
                file = Libc.OpenBeneath(root, terminated, Libc.ReadOnly | Libc.NonBlocking | Libc.CloseOnExec, Libc.ResolveBeneath | Libc.ResolveNoSymlinks);
            }

            if (file < 0)
            {
                return null;
            }

            using var handle = new Microsoft.Win32.SafeHandles.SafeFileHandle(file, ownsHandle: true);
            var before = Status(file);
            if (before.Kind is not FileKind.Regular)
            {
                return null;
            }

            if (before.Size > SizeMax)
            {
                break;
            }

            var content = new byte[before.Size];
            var length = RandomAccess.Read(handle, content, 0);
            var after = Status(file);
            if (length == content.Length && (after.Equals(before) || (attempt >= AttemptsMax / 2 && after.Size > before.Size && IsStillThere(handle, content))))
            {
                return new(before, content);
            }
        }

        throw new UserErrorException(SourceDiagnostics.Unsteady(PosixPath.Show(path)));
    }

    /// <summary>A log that is never left alone long enough to be read, but only grows, began like this at that moment.</summary>
    private static bool IsStillThere(Microsoft.Win32.SafeHandles.SafeFileHandle file, byte[] content)
    {
        var again = new byte[content.Length];
        return RandomAccess.Read(file, again, 0) == content.Length && again.AsSpan().SequenceEqual(content);
    }

    private static unsafe SourceStamp Status(int file)
    {
        StatXBuffer status = default;
        fixed (byte* empty = "\0"u8)
        {
            return Libc.StatX(file, empty, Libc.EmptyPath, StatXBuffer.BasicFields, &status) == 0 ? SourceStamp.Of(status) : default;
        }
    }
}
