using Strata.Storage.Blobs;
using Strata.Storage.Frames;

namespace Strata.Storage.Uploads;

/// <summary>A blob of one piece: put in one request. It is recorded first, so that what lies there is known for what it is by whoever goes on.</summary>
internal sealed class SmallObject(UploadWork work)
{
    public long BytesSent { get; private set; }

    public bool IsResumed { get; private set; }

    /// <returns>The one part; null: something else lies under this key, begin again under another.</returns>
    public async Task<IReadOnlyList<PartRow>?> StoreAsync(IReadOnlyList<PartRow> recorded, CancellationToken cancellationToken)
    {
        if (recorded.Count > 0 && await HeadAsync(cancellationToken).ConfigureAwait(false) is { } there)
        {
            var same = await PartComparison.SameAsync(work, recorded, cancellationToken).ConfigureAwait(false);
            IsResumed = same.Count == 1 && StoredObjectCheck.IsPut(same[0], there);
            return IsResumed ? same : null;
        }

        await work.PartSlots.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await PutAsync(cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            work.PartSlots.Release();
        }
    }

    private async Task<IReadOnlyList<PartRow>?> PutAsync(CancellationToken cancellationToken)
    {
        using var piece = await work.SealAsync(0, cancellationToken).ConfigureAwait(false);
        using var part = PreparedPart.Of([piece], 0, work.Buffers, () => PartSealer.SealIndex(work.Key, IndexLayout.Of(work.Source.Digest, [], [piece])));
        var row = new PartRow(1, 0, 0, part.Stored.Length, part.Md5, part.Md5, [piece.Frames]);
        await work.Records.SetPartAsync(work.Upload, row, part.IndexLength, cancellationToken).ConfigureAwait(false);
        var outcome = await work.Retry.RunAsync((_, stop) => work.Store.PutAsync(work.Upload.ObjectKey, part.Stored, stop), cancellationToken).ConfigureAwait(false);
        BytesSent = row.StoredBytes;
        work.Progress.Sent(row.Length);
        var head = await HeadAsync(cancellationToken).ConfigureAwait(false);
        var isOurs = outcome is PutOutcome.Stored ? head?.SizeBytes == row.StoredBytes : head is not null && StoredObjectCheck.IsPut(row, head); // an answer was lost, or a worker that was taken for dead was quicker
        return isOurs ? [row] : null;
    }

    private Task<BlobHead?> HeadAsync(CancellationToken cancellationToken) =>
        work.Retry.RunAsync((_, stop) => work.Store.HeadAsync(work.Upload.ObjectKey, stop), cancellationToken);
}
