using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;

namespace Strata.Sandbox.Processes;

/// <summary>A pipe between this process and a child. Both ends are close-on-exec; only what is mapped reaches a child.</summary>
public sealed class Pipe : IDisposable
{
    private const int SetStatusFlags = 4;

    private Pipe(SafeFileHandle reader, SafeFileHandle writer) => (Reader, Writer) = (reader, writer);

    public SafeFileHandle Reader { get; }

    public SafeFileHandle Writer { get; }

    /// <summary>The reader does not block (<see cref="ReadAsync"/>); the writer, which a child gets, does.</summary>
    public static Pipe ForReading()
    {
        var pipe = Create();
        _ = LibC.Control(pipe.Reader.Number(), SetStatusFlags, OpenFlags.NonBlocking);
        return pipe;
    }

    /// <summary>The reader goes to a child and blocks; this side writes or just closes.</summary>
    public static Pipe ForWriting() => Create();

    /// <summary>What is there now or comes next; 0 at the end.</summary>
    public static async ValueTask<int> ReadAsync(SafeFileHandle reader, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (true)
        {
            var count = TryRead(reader, buffer.Span);
            if (count >= 0)
            {
                return count;
            }

            await ReadinessPoller.WaitReadableAsync(reader, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Without waiting: -1 when nothing is there yet.</summary>
    internal static unsafe int TryRead(SafeFileHandle reader, Span<byte> buffer)
    {
        fixed (byte* start = buffer)
        {
            while (true)
            {
                var count = (int)LibC.Read(reader.Number(), start, (nuint)buffer.Length);
                if (count >= 0)
                {
                    return count;
                }

                var error = Marshal.GetLastPInvokeError();
                if (error == Errno.TryAgain)
                {
                    return -1;
                }

                if (error != Errno.Interrupted)
                {
                    throw Errno.Failure("read", error);
                }
            }
        }
    }

    public void Dispose()
    {
        Reader.Dispose();
        Writer.Dispose();
    }

    private static unsafe Pipe Create()
    {
        var ends = stackalloc int[2];
        return LibC.Pipe(ends, OpenFlags.CloseOnExec) < 0
            ? throw Errno.Failure("pipe2")
            : new(new(ends[0], ownsHandle: true), new(ends[1], ownsHandle: true));
    }
}
