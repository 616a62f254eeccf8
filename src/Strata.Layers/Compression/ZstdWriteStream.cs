using System.Buffers;
using Strata.Storage.Compression;

namespace Strata.Layers.Compression;

/// <summary>Compresses to a sequence of zstd frames, each of 4 MiB by itself, which every reader takes as one stream. The same bytes give the same frames.</summary>
/// <exception cref="DllNotFoundException">libzstd.so.1 is not installed (package libzstd1).</exception>
internal sealed class ZstdWriteStream(Stream target) : Stream
{
    private const int FrameSize = 4 << 20;

    private readonly ZstdCompression _compression = new(ZstdCompression.SmallerLevel);
    private readonly byte[] _frame = ArrayPool<byte>.Shared.Rent(FrameSize);
    private readonly byte[] _compressed = ArrayPool<byte>.Shared.Rent(ZstdCompression.BoundOf(FrameSize));
    private int _length;
    private bool _disposed;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (buffer.Length > 0)
        {
            var part = Math.Min(FrameSize - _length, buffer.Length);
            buffer[..part].CopyTo(_frame.AsMemory(_length));
            _length += part;
            buffer = buffer[part..];
            if (_length == FrameSize)
            {
                await WriteFrameAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Nothing: a frame is written when it is full.</summary>
    public override void Flush()
    {
    }

    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary>The last frame. The target stays open.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellationToken)
    {
        if (_length > 0)
        {
            await WriteFrameAsync(cancellationToken).ConfigureAwait(false);
        }

        await target.FlushAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _compression.Dispose();
            ArrayPool<byte>.Shared.Return(_frame);
            ArrayPool<byte>.Shared.Return(_compressed);
        }

        base.Dispose(disposing);
    }

    private async ValueTask WriteFrameAsync(CancellationToken cancellationToken)
    {
        if (!_compression.TryCompress(_frame.AsSpan(0, _length), _compressed, out var written))
        {
            throw new InvalidOperationException("libzstd could not compress: no memory."); // there is room, the bound says
        }

        _length = 0;
        await target.WriteAsync(_compressed.AsMemory(0, written), cancellationToken).ConfigureAwait(false);
    }
}
