using System.Buffers;
using Strata.Storage.Compression;

namespace Strata.Layers.Compression;

/// <summary>Decompresses a sequence of zstd frames as a stream, through the system's libzstd. Frames that need a window over 128 MiB are refused.</summary>
/// <exception cref="InvalidDataException">From reads: the data is damaged or cut off.</exception>
public sealed class ZstdStream : Stream
{
    private const int InputSize = 128 << 10; // ZSTD_DStreamInSize

    private readonly Stream _source;
    private readonly ZstdDecompression _context;
    private readonly byte[] _input = ArrayPool<byte>.Shared.Rent(InputSize);
    private int _start;
    private int _end;
    private bool _insideFrame;
    private bool _disposed;

    /// <param name="source">Disposed with this stream.</param>
    /// <exception cref="DllNotFoundException">libzstd.so.1 is not installed (package libzstd1).</exception>
    public ZstdStream(Stream source) => (_source, _context) = (source, new ZstdDecompression());

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override int Read(Span<byte> buffer)
    {
        while (true)
        {
            if (_start < _end || _insideFrame)
            {
                var written = Decompress(buffer);
                if (written > 0 || buffer.IsEmpty)
                {
                    return written;
                }
            }

            if (_start == _end && !Filled(_source.Read(_input)))
            {
                return 0;
            }
        }
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_start < _end || _insideFrame)
            {
                var written = Decompress(buffer.Span);
                if (written > 0 || buffer.IsEmpty)
                {
                    return written;
                }
            }

            if (_start == _end && !Filled(await _source.ReadAsync(_input, cancellationToken).ConfigureAwait(false)))
            {
                return 0;
            }
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing && !_disposed)
        {
            _disposed = true;
            _context.Dispose();
            _source.Dispose();
            ArrayPool<byte>.Shared.Return(_input);
        }

        base.Dispose(disposing);
    }

    private bool Filled(int count)
    {
        if (count == 0 && _insideFrame)
        {
            throw new InvalidDataException("The zstd stream ends inside a frame.");
        }

        (_start, _end) = (0, count);
        return count > 0;
    }

    private int Decompress(Span<byte> output)
    {
        var written = _context.Continue(_input.AsSpan(_start, _end - _start), output, out var consumed, out var atFrameEnd);
        _insideFrame = !atFrameEnd;
        _start += consumed;
        return written;
    }
}
