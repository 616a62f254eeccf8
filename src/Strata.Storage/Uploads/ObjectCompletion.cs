using Strata.Storage.Blobs;

namespace Strata.Storage.Uploads;

/// <summary>What completing an object came to.</summary>
/// <param name="IsDone">The object is there, whole, as recorded.</param>
/// <param name="ToSendAgain">Numbers of parts. None, and not done: the upload is to be begun again.</param>
internal readonly record struct CompletionOutcome(bool IsDone, IReadOnlyList<int> ToSendAgain)
{
    public static CompletionOutcome Done { get; } = new(true, []);

    public static CompletionOutcome StartAgain { get; } = new(false, []);
}

/// <summary>
/// Makes an object of parts that were all sent and recorded. Its key is this upload's alone, so whatever lies there was made of it, perhaps by a worker that died before it could say so: what
/// the store answers to Complete matters less than what then lies there.
/// </summary>
internal sealed class ObjectCompletion(UploadWork work)
{
    public async Task<CompletionOutcome> RunAsync(IReadOnlyList<PartRow> parts, CancellationToken cancellationToken)
    {
        var target = work.Upload.Target!;
        if (await work.FindPartsAsync(cancellationToken).ConfigureAwait(false) is { } listed)
        {
            var differing = StoredObjectCheck.Differences(parts, listed);
            if (differing.Count > 0)
            {
                return new(false, differing);
            }

            await CompleteAsync(target, parts, cancellationToken).ConfigureAwait(false);
        }

        var head = await work.Retry.RunAsync((_, stop) => work.Store.HeadAsync(target.Key, stop), cancellationToken).ConfigureAwait(false);
        return head is not null && StoredObjectCheck.Is(parts, head) ? CompletionOutcome.Done : CompletionOutcome.StartAgain;
    }

    private async Task CompleteAsync(UploadTarget target, IReadOnlyList<PartRow> parts, CancellationToken cancellationToken)
    {
        try
        {
            IReadOnlyList<StoredPart> named = [.. parts.Select(static p => p.Stored)];
            await work.Retry.RunAsync((_, stop) => work.Store.CompleteAsync(target, named, stop), cancellationToken).ConfigureAwait(false);
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.NoSuchUpload)
        {
        }
    }
}
