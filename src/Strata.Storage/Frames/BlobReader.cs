using System.Buffers;
using Strata.Storage.Blobs;
using Strata.Storage.Keys;

namespace Strata.Storage.Frames;

/// <summary>Takes verified plain bytes of a blob. Called from several at once, for each byte once, in no order.</summary>
/// <param name="content">Valid until it returns.</param>
public delegate ValueTask WritePlain(long offset, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

/// <summary>
/// A blob in a store, as plain bytes: every frame is opened and compared with its digest before a byte of it is used. One that does not fit is read once more; then
/// it is <see cref="BlobFault.Damaged"/>. Transient faults are retried. Safe for concurrent use; the store and the key stay the caller's.
/// </summary>
public sealed class BlobReader : IDisposable
{
    private const int StretchFrames = 4;

    private readonly IBlobStore _store;
    private readonly string _objectKey;
    private readonly BlobKey _key;
    private readonly Retry _retry;
    private readonly FramePlaces _places;
    private readonly FrameCodecs _codecs = new();

    private BlobReader(IBlobStore store, string objectKey, BlobKey key, Retry retry, BlobIndex index) =>
        (_store, _objectKey, _key, _retry, Index, _places) = (store, objectKey, key, retry, index, new(index));

    public BlobIndex Index { get; }

    /// <summary>Plain bytes.</summary>
    public long Length => Index.Length;

    /// <summary>Reads the index, and checks it.</summary>
    /// <exception cref="BlobStoreException">Also <see cref="BlobFault.NotFound"/>, and <see cref="BlobFault.Damaged"/>: the key does not open it, or it was changed.</exception>
    public static async Task<BlobReader> OpenAsync(
        IBlobStore store, string objectKey, BlobKey key, IndexPlace place, Retry retry, CancellationToken cancellationToken)
    {
        var index = await BlobIndexReader.ReadAsync(store, objectKey, key, place, retry, cancellationToken).ConfigureAwait(false);
        return new(store, objectKey, key, retry, index);
    }

    /// <summary>Reads until the buffer is full or the blob ends.</summary>
    public async Task<int> ReadAsync(long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var length = (int)Math.Min(into.Length, Math.Max(0, Length - offset));
        if (length == 0)
        {
            return 0;
        }

        var first = _places.IndexOf(offset);
        var last = _places.IndexOf(offset + length - 1);
        ValueTask Copy(long at, ReadOnlyMemory<byte> content, CancellationToken stop)
        {
            var from = Math.Max(at, offset);
            var to = Math.Min(at + content.Length, offset + length);
            content.Slice((int)(from - at), (int)(to - from)).CopyTo(into[(int)(from - offset)..]);
            return ValueTask.CompletedTask;
        }

        for (var i = first; i <= last; i++)
        {
            await CopyStretchAsync(i..(i + 1), Copy, cancellationToken).ConfigureAwait(false);
        }

        return length;
    }

    /// <summary>Reads all of it. Memory: 6 MiB for each of the parallel.</summary>
    /// <param name="progress">Plain bytes handed on by each step, not their sum.</param>
    public Task CopyToAsync(WritePlain sink, int parallelism, IProgress<long>? progress, CancellationToken cancellationToken) =>
        Parallel.ForEachAsync(
            _places.Stretches(StretchFrames),
            new ParallelOptions { MaxDegreeOfParallelism = parallelism, CancellationToken = cancellationToken },
            async (stretch, stop) =>
            {
                await CopyStretchAsync(stretch, sink, stop).ConfigureAwait(false);
                progress?.Report(_places[stretch.End.Value - 1].PlainEnd - _places[stretch.Start.Value].PlainOffset);
            });

    public void Dispose() => _codecs.Dispose();

    private async ValueTask CopyStretchAsync(Range stretch, WritePlain sink, CancellationToken cancellationToken)
    {
        var (first, end) = (stretch.Start.Value, stretch.End.Value);
        var start = _places[first].StoredOffset;
        var buffer = ArrayPool<byte>.Shared.Rent((int)(_places[end - 1].StoredEnd - start));
        var codec = _codecs.Take();
        try
        {
            using var seal = new FrameSeal(_key);
            var stored = buffer.AsMemory(0, (int)(_places[end - 1].StoredEnd - start));
            await ReadStoredAsync(start, stored, cancellationToken).ConfigureAwait(false);
            for (var i = first; i < end; i++)
            {
                var place = _places[i];
                var plain = codec.Plain.AsMemory(0, place.Frame.PlainLength);
                await OpenAsync(codec, seal, place, stored.Slice((int)(place.StoredOffset - start), place.Frame.StoredLength), plain, cancellationToken).ConfigureAwait(false);
                await sink(place.PlainOffset, plain, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            _codecs.Return(codec);
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async ValueTask OpenAsync(
        FrameCodec codec, FrameSeal seal, FramePlace place, Memory<byte> stored, Memory<byte> plain, CancellationToken cancellationToken)
    {
        if (codec.TryOpen(seal, place.Frame, place.Part, place.Position, stored.Span, plain.Span))
        {
            return;
        }

        await ReadStoredAsync(place.StoredOffset, stored, cancellationToken).ConfigureAwait(false); // what was damaged may have been the transfer
        if (!codec.TryOpen(seal, place.Frame, place.Part, place.Position, stored.Span, plain.Span))
        {
            throw new BlobStoreException(
                BlobFault.Damaged, $"{_store.Description}: {_objectKey} is damaged: part {place.Part}, frame {place.Position + 1} is not what was stored.");
        }
    }

    private async ValueTask ReadStoredAsync(long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        var read = await _retry.RunAsync((_, stop) => _store.ReadAsync(_objectKey, offset, into, stop), cancellationToken).ConfigureAwait(false);
        if (read < into.Length)
        {
            throw new BlobStoreException(BlobFault.Damaged, $"{_store.Description}: {_objectKey} is damaged: it ends before its last frame.");
        }
    }
}
