using System.Buffers;
using System.Threading.Channels;

namespace Strata.Layers.Compression;

/// <summary>Reads a stream on another core, a few large buffers ahead: decompression goes on while what came before is used.</summary>
internal sealed class ReadAhead : IAsyncDisposable
{
    private const int BufferSize = 512 << 10;
    private const int BuffersMax = 4;

    private readonly Channel<(byte[] Buffer, int Length)> _filled = Channel.CreateBounded<(byte[] Buffer, int Length)>(
        new BoundedChannelOptions(BuffersMax) { SingleReader = true, SingleWriter = true });

    private readonly CancellationTokenSource _stop;
    private readonly Task _filling;

    public ReadAhead(Stream source, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _filling = Task.Run(() => FillAsync(source, _stop.Token), CancellationToken.None);
        Stream = new Reader(_filled.Reader);
    }

    /// <summary>The same bytes, and the same exceptions.</summary>
    public Stream Stream { get; }

    /// <summary>The source is not read any more then; it stays the caller's.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _filling.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Stream.DisposeAsync().ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task FillAsync(Stream source, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
                var length = await source.ReadAtLeastAsync(buffer.AsMemory(0, BufferSize), BufferSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                if (length == 0)
                {
                    ArrayPool<byte>.Shared.Return(buffer);
                    break;
                }

                await _filled.Writer.WriteAsync((buffer, length), cancellationToken).ConfigureAwait(false);
            }

            _filled.Writer.Complete();
        }
        catch (Exception e)
        {
            _filled.Writer.Complete(e); // for the reader to throw
        }
    }

    private sealed class Reader(ChannelReader<(byte[] Buffer, int Length)> filled) : ForwardStream
    {
        private byte[] _buffer = [];
        private int _start;
        private int _end;

        public override int Read(Span<byte> buffer) => throw new NotSupportedException("Read it asynchronously.");

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (_start == _end)
            {
                Return();
                if (!await filled.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
                {
                    return 0;
                }

                if (filled.TryRead(out var next))
                {
                    (_buffer, _start, _end) = (next.Buffer, 0, next.Length);
                }
            }

            var count = Math.Min(buffer.Length, _end - _start);
            _buffer.AsMemory(_start, count).CopyTo(buffer);
            _start += count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            Return();
            base.Dispose(disposing);
        }

        private void Return()
        {
            if (_buffer.Length > 0)
            {
                ArrayPool<byte>.Shared.Return(_buffer);
                _buffer = [];
            }
        }
    }
}
