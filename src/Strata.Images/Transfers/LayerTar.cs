using System.IO.Pipelines;
using Strata.Layers.Erofs;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Oci.Content;

namespace Strata.Images.Transfers;

/// <summary>A layer as the plain tar that others take, made while it is read. The same layer gives the same bytes.</summary>
internal sealed class LayerTar : ReadOnlyStream
{
    private const int PauseBytes = 4 << 20;

    private readonly Pipe _pipe = new(new PipeOptions(
        pauseWriterThreshold: PauseBytes, resumeWriterThreshold: PauseBytes / 2, minimumSegmentSize: 128 << 10, useSynchronizationContext: false));

    private readonly CancellationTokenSource _stop = new();
    private readonly Stream _output;
    private readonly Task _writing;
    private bool _disposed;

    private LayerTar(LayerLease layer)
    {
        _output = _pipe.Reader.AsStream();
        _writing = Task.Run(() => WriteAsync(layer, _stop.Token));
    }

    /// <param name="layer">Held by the caller until this is disposed.</param>
    /// <param name="offset">In bytes of the tar; what comes before is made and dropped.</param>
    public static async ValueTask<Stream> OpenAsync(LayerLease layer, long offset, CancellationToken cancellationToken)
    {
        var tar = new LayerTar(layer);
        try
        {
            var buffer = offset > 0 ? new byte[1 << 20] : [];
            while (offset > 0)
            {
                var read = await tar.ReadAsync(buffer.AsMemory(0, (int)Math.Min(offset, buffer.Length)), cancellationToken).ConfigureAwait(false);
                offset = read > 0 ? offset - read : throw new EndOfStreamException("The layer's tar is shorter than what was asked for.");
            }

            return tar;
        }
        catch
        {
            await tar.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => _output.ReadAsync(buffer, cancellationToken);

    public override async ValueTask DisposeAsync()
    {
        if (!_disposed)
        {
            _disposed = true;
            await _stop.CancelAsync().ConfigureAwait(false);
            await _output.DisposeAsync().ConfigureAwait(false);
            await _writing.ConfigureAwait(false); // it reads the layer, which the caller lets go of next
            _stop.Dispose();
        }

        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _stop.Cancel();
            _output.Dispose();
            ((IAsyncResult)_writing).AsyncWaitHandle.WaitOne();
            _stop.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Never throws: what goes wrong is the reader's to see.</summary>
    private async Task WriteAsync(LayerLease layer, CancellationToken cancellationToken)
    {
        Exception? failure = null;
        try
        {
            using var reader = ErofsReader.Open(layer.Image, ownsFile: false);
            var target = _pipe.Writer.AsStream(leaveOpen: true);
            await using (target.ConfigureAwait(false))
            {
                await LayerExtractor.ToTarAsync(reader, target, WhiteoutForm.Oci, cancellationToken).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // handed to the reader, whatever it is
        catch (Exception e)
#pragma warning restore CA1031
        {
            failure = e;
        }

        await _pipe.Writer.CompleteAsync(failure).ConfigureAwait(false);
    }
}
