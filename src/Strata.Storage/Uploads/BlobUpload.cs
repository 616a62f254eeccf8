using Strata.Storage.Blobs;
using Strata.Storage.Frames;
using Strata.Storage.Objects;

namespace Strata.Storage.Uploads;

/// <summary>What one try at an upload came to.</summary>
/// <param name="Published">Null: the upload is gone, here or at the store: another is to be begun.</param>
internal readonly record struct UploadTry(StoreOutcome.Stored? Published)
{
    public static UploadTry StartAgain => default;
}

/// <summary>
/// One upload, begun or gone on with: parts that are there are compared with the blob, the others are sent; the store is asked for what it has, the object is completed, looked at, and
/// becomes visible in one transaction. It may end at any instruction; whoever takes its record goes on.
/// </summary>
internal sealed class BlobUpload(UploadWork work)
{
    /// <summary>Parts that differ from what was recorded are sent again: a worker that was taken for dead may have sent them meanwhile. Not for ever.</summary>
    private const int ResendsMax = 3;

    private long _bytesSent;
    private int _resumed;

    /// <exception cref="BlobStoreException">The store refuses or fails. What was sent is found by the next call.</exception>
    /// <exception cref="UploadEndedException">The lease is lost.</exception>
    public async Task<UploadTry> RunAsync(IReadOnlyList<PartRow> recorded, CancellationToken cancellationToken)
    {
        try
        {
            var parts = work.Upload.UploadId is null && work.Layout.Count == 1
                ? await PutAsync(recorded, cancellationToken).ConfigureAwait(false)
                : await SendAndCompleteAsync(recorded, cancellationToken).ConfigureAwait(false);
            return parts is null ? UploadTry.StartAgain : await PublishAsync(parts, cancellationToken).ConfigureAwait(false);
        }
        catch (UploadEndedException e) when (e.End is UploadEnd.Gone)
        {
            return UploadTry.StartAgain;
        }
    }

    private async Task<IReadOnlyList<PartRow>?> PutAsync(IReadOnlyList<PartRow> recorded, CancellationToken cancellationToken)
    {
        var small = new SmallObject(work);
        var parts = await small.StoreAsync(recorded, cancellationToken).ConfigureAwait(false);
        (_bytesSent, _resumed) = (small.BytesSent, small.IsResumed ? 1 : 0);
        return parts;
    }

    /// <returns>Null: to be begun again.</returns>
    private async Task<IReadOnlyList<PartRow>?> SendAndCompleteAsync(IReadOnlyList<PartRow> recorded, CancellationToken cancellationToken)
    {
        var begun = work;
        if (begun.Upload.UploadId is null)
        {
            if (recorded.Count > 0)
            {
                return null; // was a small blob's, put at once
            }

            var uploadId = await work.Retry.RunAsync((_, stop) => work.Store.StartUploadAsync(work.Upload.ObjectKey, stop), cancellationToken).ConfigureAwait(false);
            await work.Records.SetUploadIdAsync(work.Upload, uploadId, cancellationToken).ConfigureAwait(false);
            begun = work with { Upload = work.Upload with { UploadId = uploadId } };
        }

        var there = await ThereAsync(begun, recorded, cancellationToken).ConfigureAwait(false);
        var same = await PartComparison.SameAsync(begun, there, cancellationToken).ConfigureAwait(false);
        var hasIndex = begun.Upload.IndexLength > 0;
        for (var round = 0; round <= ResendsMax; round++)
        {
            var plan = UploadPlan.Of(begun.Layout, same, hasIndex);
            _resumed = plan.Kept.Count;
            await ForgetOthersAsync(begun, recorded, plan.Kept, cancellationToken).ConfigureAwait(false);
            var sending = new PartSending(begun, plan);
            recorded = await sending.RunAsync(cancellationToken).ConfigureAwait(false);
            _bytesSent += sending.BytesSent;
            var ending = await new ObjectCompletion(begun).RunAsync(recorded, cancellationToken).ConfigureAwait(false);
            if (ending.IsDone)
            {
                return recorded;
            }

            if (ending.ToSendAgain.Count == 0)
            {
                return null;
            }

            same = [.. recorded.Where(part => !ending.ToSendAgain.Contains(part.Number))];
            hasIndex = true;
        }

        return null;
    }

    /// <returns>Of the recorded parts those that the store has, or all if it does not know the upload: that may have been completed.</returns>
    private static async Task<IReadOnlyList<PartRow>> ThereAsync(UploadWork begun, IReadOnlyList<PartRow> recorded, CancellationToken cancellationToken)
    {
        if (recorded.Count == 0 || await begun.FindPartsAsync(cancellationToken).ConfigureAwait(false) is not { } listed)
        {
            return recorded;
        }

        var missing = StoredObjectCheck.Differences(recorded, listed);
        return [.. recorded.Where(part => !missing.Contains(part.Number))];
    }

    /// <summary>An index is of certain parts: before any of those is sent anew, it is forgotten, and what it lies in.</summary>
    private static async Task ForgetOthersAsync(UploadWork begun, IReadOnlyList<PartRow> recorded, IReadOnlyList<PartRow> kept, CancellationToken cancellationToken)
    {
        var numbers = recorded.Select(static p => p.Number).Except(kept.Select(static p => p.Number)).ToList();
        if (numbers.Count > 0)
        {
            await begun.Records.RemovePartsAsync(begun.Upload, numbers, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<UploadTry> PublishAsync(IReadOnlyList<PartRow> parts, CancellationToken cancellationToken)
    {
        var stored = StoredObjectCheck.SizeOf(parts);
        var offset = parts.Sum(static p => p.StoredBytes) - IndexLengthOf(parts);
        var counts = new StorageCounts(1, 0, 0, _bytesSent, work.Retry.Retries, _resumed, 0);
        switch (await work.Records.PublishAsync(work.Upload, stored, new IndexPlace(offset, (int)(stored - offset)), counts, cancellationToken).ConfigureAwait(false))
        {
            case PublishOutcome.LeaseLost:
                throw new UploadEndedException(UploadEnd.LeaseLost);
            case PublishOutcome.Gone:
                return UploadTry.StartAgain;
            default: // of two that stored the same, both have
                return new(new(_bytesSent, parts.Count, _resumed, (int)work.Retry.Retries));
        }
    }

    private static long IndexLengthOf(IReadOnlyList<PartRow> parts) => parts[^1].StoredBytes - parts[^1].Pieces.Sum(static p => p.StoredLength);
}
