using Microsoft.Win32.SafeHandles;
using Strata.Sandbox.Native;
using Strata.Sandbox.Processes;

namespace Strata.Sandbox.Init;

/// <summary>Where process 1 writes its one byte when it runs. Through a socket it also says which process it is, before the runtime has noted that down.</summary>
internal sealed class ReadySignal : IDisposable
{
    private readonly SafeFileHandle _reader;
    private readonly bool _isSocket;

    private ReadySignal(SafeFileHandle reader, SafeFileHandle writer, bool isSocket) => (_reader, Writer, _isSocket) = (reader, writer, isSocket);

    /// <summary>For process 1; to be disposed here once it has it.</summary>
    internal SafeFileHandle Writer { get; }

    /// <param name="asSocket">Whether the runtime hands a socket on as it is.</param>
    internal static ReadySignal Create(bool asSocket)
    {
        if (!asSocket)
        {
            var pipe = Pipe.ForReading();
            return new(pipe.Reader, pipe.Writer, isSocket: false);
        }

        var (ours, theirs) = SocketCalls.CreatePair();
        SocketCalls.AskForSender(ours);
        return new(ours, theirs, isSocket: true);
    }

    /// <returns>False: it ended without a word. The process's id, or null where that is not known.</returns>
    internal async Task<(bool IsReady, int? Process)> WaitAsync(CancellationToken cancellationToken)
    {
        var message = new byte[8];
        if (!_isSocket)
        {
            return (await Pipe.ReadAsync(_reader, message, cancellationToken).ConfigureAwait(false) > 0, null);
        }

        while (true)
        {
            var count = SocketCalls.TryReceive(_reader, message, out var sender);
            if (count >= 0)
            {
                return (count > 0, sender > 1 ? sender : null);
            }

            await ReadinessPoller.WaitReadableAsync(_reader, cancellationToken).ConfigureAwait(false);
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public void Dispose()
    {
        _reader.Dispose();
        Writer.Dispose();
    }
}
