using Strata.Storage.Blobs;
using Strata.Storage.Keys;

namespace Strata.Storage.Frames;

/// <summary>Takes verified plain bytes of a blob. Called from several at once, for each byte once, in no order.</summary>
/// <param name="content">Valid until it returns.</param>
public delegate ValueTask WritePlain(long offset, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

/// <summary>
/// A blob in a store, as plain bytes: every frame is opened and compared with its digest before a byte of it is used. One that does not fit is read once more; then
/// it is <see cref="BlobFault.Damaged"/>. Transient faults are retried. Safe for concurrent use.
/// </summary>
public sealed class BlobReader
{
    internal BlobReader(BlobIndex index) => Index = index;

    public BlobIndex Index { get; }

    /// <summary>Plain bytes.</summary>
    public long Length => Index.Length;

    /// <summary>Reads the index, and checks it.</summary>
    /// <exception cref="BlobStoreException">Also <see cref="BlobFault.NotFound"/>, and <see cref="BlobFault.Damaged"/>: the key does not open it, or it was changed.</exception>
    public static Task<BlobReader> OpenAsync(
        IBlobStore store, string objectKey, BlobKey key, IndexPlace place, Retry retry, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Reads until the buffer is full or the blob ends.</summary>
    public Task<int> ReadAsync(long offset, Memory<byte> into, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>Reads all of it. Memory: 4 frames for each of the parallel.</summary>
    public Task CopyToAsync(WritePlain sink, int parallelism, IProgress<long>? progress, CancellationToken cancellationToken) => throw new NotSupportedException();
}
