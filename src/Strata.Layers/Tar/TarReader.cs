using System.Buffers;
using Strata.Layers.Entries;
using Strata.Layers.Posix;

namespace Strata.Layers.Tar;

/// <summary>
/// Reads ustar, GNU and pax archives as a stream, with bounded memory. Everything is refused that two readers could read differently.
/// The archive must have its end mark; what follows it is read and ignored, up to a limit.
/// </summary>
/// <param name="overlayMarks">Whether attributes of overlayfs are kept: in archives Strata wrote.</param>
internal sealed class TarReader(Stream stream, TreeImportLimits limits, bool overlayMarks = false) : IDisposable
{
    private const int BufferSize = 1 << 20;
    private const int ExtensionSizeMax = 1 << 20;
    private const long TrailingSizeMax = 256L << 20;

    private readonly PaxRecords _global = new();
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
    private int _start;
    private int _end;
    private long _content; // of the current member, still to be read
    private int _padding; // after it, to the next block
    private long _headers;
    private long _contentTotal;
    private byte[] _name = [];

    /// <summary>Extended attributes left out so far.</summary>
    public long AttributesDropped { get; private set; }

    /// <summary>The next member, or null at the end. Content of the member before that was not read is skipped.</summary>
    public async ValueTask<LayerEntry?> NextAsync(CancellationToken cancellationToken)
    {
        var records = new PaxRecords();
        var extended = false;
        while (true)
        {
            await SkipContentAsync(cancellationToken).ConfigureAwait(false);
            var found = await FillAsync(TarHeader.Length, cancellationToken).ConfigureAwait(false);
            if (!found)
            {
                throw Truncated(_end == _start ? "it has no end mark" : "it ends inside a header");
            }

            if (new TarHeader(Block).IsZero)
            {
                if (extended)
                {
                    throw new HostileArchiveException("The archive ends after an extended header that no member follows.");
                }

                await SkipTrailingAsync(cancellationToken).ConfigureAwait(false);
                return null;
            }

            var type = BeginMember();
            switch (type)
            {
                case (byte)'x':
                case (byte)'g':
                case (byte)'L':
                case (byte)'K':
                    var text = await ReadExtensionAsync(cancellationToken).ConfigureAwait(false);
                    Extend(type, text, type == (byte)'g' ? _global : records);
                    extended |= type != (byte)'g';
                    break;
                default:
                    var entry = TarEntryParser.Parse(new TarHeader(Block), records, _global, overlayMarks, out var dropped);
                    AttributesDropped += dropped;
                    _name = entry.Path;
                    Consume(TarHeader.Length);
                    ExpectContent(entry.Size);
                    return entry;
            }
        }
    }

    /// <summary>The next piece of the current member's content, valid until the next call; empty at its end.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> ReadContentAsync(CancellationToken cancellationToken)
    {
        if (_content == 0)
        {
            return default;
        }

        if (_start == _end && !await FillAsync(1, cancellationToken).ConfigureAwait(false))
        {
            throw Truncated("it ends inside a file");
        }

        var piece = _buffer.AsMemory(_start, (int)Math.Min(_end - _start, _content));
        Consume(piece.Length);
        _content -= piece.Length;
        return piece;
    }

    public void Dispose()
    {
        var buffer = _buffer;
        _buffer = [];
        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private ReadOnlySpan<byte> Block => _buffer.AsSpan(_start, TarHeader.Length);

    private byte BeginMember()
    {
        var header = new TarHeader(Block);
        if (!header.HasRightChecksum())
        {
            throw new HostileArchiveException(_headers == 0
                ? "This is not a tar archive: its first header has a wrong checksum."
                : $"The header after {PosixPath.Show(_name)} has a wrong checksum.");
        }

        if (++_headers > limits.EntriesMax)
        {
            throw new HostileArchiveException($"The archive has more than {limits.EntriesMax} entries.", ArchiveFault.TooLarge);
        }

        return header.Type;
    }

    private void ExpectContent(long size)
    {
        _contentTotal += size;
        if (size < 0 || _contentTotal > limits.SizeBytesMax || _contentTotal < 0)
        {
            throw new HostileArchiveException(
                $"{PosixPath.Show(_name)}: the archive unpacks to more than {limits.SizeBytesMax} bytes.", ArchiveFault.TooLarge);
        }

        _content = size;
        _padding = (int)(-size & (TarHeader.Length - 1));
    }

    private static void Extend(byte type, byte[] text, PaxRecords records)
    {
        switch (type)
        {
            case (byte)'L':
                records.Path ??= WithoutEnd(text);
                break;
            case (byte)'K':
                records.LinkPath ??= WithoutEnd(text);
                break;
            default:
                records.Read(text, global: type == (byte)'g');
                break;
        }
    }

    /// <summary>GNU's long names end in one NUL.</summary>
    private static byte[] WithoutEnd(byte[] text) => text is [.. var name, 0] ? name : text;

    private async ValueTask<byte[]> ReadExtensionAsync(CancellationToken cancellationToken)
    {
        var size = new TarHeader(Block).Size;
        if (size is < 0 or > ExtensionSizeMax)
        {
            throw new HostileArchiveException($"An extended header is larger than {ExtensionSizeMax} bytes.", ArchiveFault.TooLarge);
        }

        Consume(TarHeader.Length);
        var text = new byte[size];
        _content = size;
        _padding = (int)(-size & (TarHeader.Length - 1));
        for (var read = 0; read < size;)
        {
            var piece = await ReadContentAsync(cancellationToken).ConfigureAwait(false);
            piece.CopyTo(text.AsMemory(read));
            read += piece.Length;
        }

        return text;
    }

    private async ValueTask SkipContentAsync(CancellationToken cancellationToken)
    {
        while (_content > 0)
        {
            await ReadContentAsync(cancellationToken).ConfigureAwait(false);
        }

        if (_padding > 0)
        {
            if (!await FillAsync(_padding, cancellationToken).ConfigureAwait(false))
            {
                throw Truncated("it ends inside a file");
            }

            Consume(_padding);
            _padding = 0;
        }
    }

    private async ValueTask SkipTrailingAsync(CancellationToken cancellationToken)
    {
        for (var trailing = 0L; trailing <= TrailingSizeMax; trailing += _end)
        {
            _start = _end = 0;
            if (!await FillAsync(1, cancellationToken).ConfigureAwait(false))
            {
                return;
            }
        }

        throw new HostileArchiveException("The archive goes on long after its end mark.", ArchiveFault.TooLarge);
    }

    /// <summary>False if the stream ends before <paramref name="count"/> bytes are there.</summary>
    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        if (_end - _start >= count)
        {
            return true;
        }

        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        while (_end < count)
        {
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return false;
            }

            _end += read;
        }

        return true;
    }

    private void Consume(int count) => _start += count;

    private HostileArchiveException Truncated(string where) => new(_headers == 0
        ? "The archive is empty or cut off before its first member."
        : $"The archive is cut off: {where} (last member: {PosixPath.Show(_name)}).");
}
