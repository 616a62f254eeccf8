using Strata.Storage.Blobs;
using Strata.Storage.Frames;
using Strata.Storage.Keys;

namespace Strata.Storage.Uploads;

/// <summary>What one upload works with.</summary>
internal sealed record UploadWork(
    IBlobStore Store, UploadRecords Records, UploadRow Upload, BlobKey Key, BlobSource Source, PieceLayout Layout, PartSealer Sealer, SemaphoreSlim PartSlots, Retry Retry,
    TransferOptions Options, UploadMeter Progress)
{
    public PartBuffers Buffers => Sealer.Buffers;

    /// <param name="piece">From 0.</param>
    public Task<SealedPart> SealAsync(int piece, CancellationToken cancellationToken) =>
        Sealer.SealAsync(Key, piece + 1, ReadAsync, Layout.Offset(piece), Layout.Length(piece), Store.PartSizeMin, cancellationToken);

    public Task<Core.Digest> DigestAsync(int piece, CancellationToken cancellationToken) =>
        Sealer.DigestAsync(ReadAsync, Layout.Offset(piece), Layout.Length(piece), cancellationToken);

    /// <returns>Null: the store does not know the upload (any more): completed, aborted, or thrown away by a lifecycle rule.</returns>
    public async Task<IReadOnlyList<StoredPart>?> FindPartsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await Retry.RunAsync((_, stop) => Store.ListPartsAsync(Upload.Target!, stop), cancellationToken).ConfigureAwait(false);
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.NoSuchUpload or BlobFault.NotFound)
        {
            return null;
        }
    }

    private ValueTask ReadAsync(long offset, Memory<byte> into, CancellationToken cancellationToken) => Source.ReadAsync(offset, into, cancellationToken);
}
