using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace Strata.Sandbox.Processes;

/// <summary>Moves bytes from a pipe to their taker: one buffer, the next read after the taker is done, so a slow taker slows the writer.</summary>
internal static class OutputCopy
{
    private const int BufferSize = 64 * 1024; // a pipe's usual capacity

    /// <summary>
    /// Until the last writer closes its end, or, once <paramref name="writerEnded"/> fires, until what lies in the pipe is taken:
    /// what a command printed before its end is never lost, and a background process that keeps the pipe open holds nobody up.
    /// </summary>
    /// <returns>False when the pipe is still open.</returns>
    internal static async Task<bool> RunAsync(SafeFileHandle reader, IExecOutput output, CancellationToken writerEnded)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var takenAfterEnd = 0L;
        try
        {
            while (true)
            {
                var ended = writerEnded.IsCancellationRequested; // read before trying: then "nothing there" means nothing of the ended writer
                var count = Pipe.TryRead(reader, buffer);
                if (count == 0)
                {
                    return true;
                }

                if (count > 0)
                {
                    await output.WriteAsync(buffer.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
                    takenAfterEnd += ended ? count : 0;
                }

                if (ended && (count < 0 || takenAfterEnd > PipeSizeMax))
                {
                    return false;
                }

                if (count < 0)
                {
                    await ReadinessPoller.WaitReadableAsync(reader, writerEnded).ConfigureAwait(false);
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // A background process that never stops printing must not keep the step from ending: more than a pipe can hold is not the step's any more.
    private const long PipeSizeMax = 1 << 20;
}
