using Strata.Storage.Frames;

namespace Strata.Storage.Uploads;

/// <summary>A part as it is sent: its pieces, then zeros up to the store's least size, or the index. Dispose: the memory goes back.</summary>
internal sealed class PreparedPart : IDisposable
{
    private readonly SealedPart? _single;
    private readonly PartBuffers _buffers;
    private byte[]? _buffer;

    private PreparedPart(SealedPart? single, byte[]? buffer, PartBuffers buffers, int length, int? indexLength)
    {
        (_single, _buffer, _buffers, IndexLength) = (single, buffer, buffers, indexLength);
        Stored = single?.Stored ?? buffer.AsMemory(0, length);
        Md5 = single?.Md5 ?? PartHash.Md5(Stored.Span);
    }

    public ReadOnlyMemory<byte> Stored { get; }

    public string Md5 { get; }

    /// <summary>Null: it is not the last.</summary>
    public int? IndexLength { get; }

    public PartRow? Row { get; set; }

    /// <param name="pieces">Are this part's from now on.</param>
    /// <param name="sealIndex">If it is the last.</param>
    public static PreparedPart Of(IReadOnlyList<SealedPart> pieces, int storedMin, PartBuffers buffers, Func<byte[]>? sealIndex)
    {
        var content = pieces.Sum(static p => p.StoredLength);
        if (pieces.Count == 1 && content >= storedMin && sealIndex is null)
        {
            return new(pieces[0], null, buffers, content, null);
        }

        byte[]? buffer = null;
        try
        {
            var index = sealIndex?.Invoke();
            var length = Math.Max(content + (index?.Length ?? 0), storedMin);
            buffer = buffers.Rent(length);
            var at = 0;
            foreach (var piece in pieces)
            {
                piece.Stored.CopyTo(buffer.AsMemory(at));
                at += piece.StoredLength;
            }

            index?.CopyTo(buffer, at);
            buffer.AsSpan((at + (index?.Length ?? 0))..length).Clear();
            return new(null, buffer, buffers, length, index?.Length);
        }
        catch
        {
            if (buffer is not null)
            {
                buffers.Return(buffer);
            }

            throw;
        }
        finally
        {
            foreach (var piece in pieces)
            {
                piece.Dispose();
            }
        }
    }

    public void Dispose()
    {
        _single?.Dispose();
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            _buffers.Return(buffer);
        }
    }
}
