using Strata.Core.Diagnostics;
using Strata.Storage.Blobs;
using Strata.Storage.Keys;
using Strata.Storage.Objects;
using Strata.Storage.Uploads;

namespace Strata.Storage.Archives;

/// <summary>One blob is made present: it is found, or an upload is begun, gone on with, and begun again when it is lost.</summary>
internal sealed class BlobStoring(BlobArchives all, BlobSpace space, BlobSource source, StoreContext context, UploadMeter meter)
{
    private readonly PieceLayout _layout = PieceLayout.Of(source.LengthBytes, source.StableLengthBytes, all.Options.PieceBytesMin);
    private readonly UploadRecords _records = new(all.Database, space, all.Time);
    private readonly Retry _retry = new(all.Time, context.IsHint ? all.Options.Upload with { Patience = all.Options.Read.Patience } : all.Options.Upload) { OnRetry = meter.Failed };

    public async Task<StoreOutcome> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var outcome = await StoreAsync(cancellationToken).ConfigureAwait(false);
            TransferMetrics.Stored(outcome);
            return outcome;
        }
        catch (BlobStoreException)
        {
            TransferMetrics.Failed(_retry.Retries);
            await CountFailureAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task CountFailureAsync()
    {
        try
        {
            await _records.FailedAsync(_retry.Retries, CancellationToken.None).ConfigureAwait(false);
        }
        catch (EnvironmentException)
        {
            // what the store did is what is said
        }
    }

    private async Task<StoreOutcome> StoreAsync(CancellationToken cancellationToken)
    {
        var orgKey = await all.Keys.GetAsync(space.Org, cancellationToken).ConfigureAwait(false);
        for (var restarts = 0; restarts <= all.Options.RestartsMax; restarts++)
        {
            string wrapped;
            using (var fresh = OrgKey.NewBlobKey())
            {
                wrapped = orgKey.Wrap(fresh);
            }

            switch (await _records.BeginAsync(NewUpload(wrapped), context.Readable, cancellationToken).ConfigureAwait(false))
            {
                case UploadBegin.AlreadyThere:
                    return new StoreOutcome.AlreadyThere();
                case UploadBegin.Write(var upload, var parts):
                    using (var key = orgKey.Unwrap(upload.WrappedKey))
                    {
                        meter.Reset();
                        var work = new UploadWork(all.Store, _records, upload, key, source, _layout, all.Sealer, all.PartSlots, _retry, all.Options, meter);
                        if (await TryAsync(work, parts, cancellationToken).ConfigureAwait(false) is { } outcome)
                        {
                            return outcome;
                        }
                    }

                    break;
                default:
                    return new StoreOutcome.LeaseLost();
            }
        }

        throw new BlobStoreException(
            BlobFault.Unavailable, $"{all.Description} dropped the upload of blob {source.Digest.Short} {all.Options.RestartsMax + 1} times.");
    }

    /// <returns>Null: begin again.</returns>
    private async Task<StoreOutcome?> TryAsync(UploadWork work, IReadOnlyList<PartRow> parts, CancellationToken cancellationToken)
    {
        try
        {
            if ((await new BlobUpload(work).RunAsync(parts, cancellationToken).ConfigureAwait(false)).Published is { } stored)
            {
                if (FindEnding(work.Upload) is { } loser) // another stored the blob first
                {
                    await ClearAwayAsync(loser, cancellationToken).ConfigureAwait(false);
                }

                return stored;
            }
        }
        catch (UploadEndedException e) when (e.End is UploadEnd.LeaseLost)
        {
            return new StoreOutcome.LeaseLost(); // who replaces this worker goes on with it
        }

        if (await _records.EndAsync(work.Upload, cancellationToken).ConfigureAwait(false) && FindEnding(work.Upload) is { } ending)
        {
            await ClearAwayAsync(ending, cancellationToken).ConfigureAwait(false);
        }

        return null;
    }

    private UploadRow? FindEnding(UploadRow upload) => all.Database.Read(sql => UploadSql.FindEnding(sql, upload.Id));

    /// <summary>What fails here is left to the reaper.</summary>
    private async Task ClearAwayAsync(UploadRow upload, CancellationToken cancellationToken)
    {
        try
        {
            await new UploadRemoval(all.Store, all.Database).RemoveAsync(upload, _retry, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobStoreException)
        {
        }
    }

    private UploadRow NewUpload(string wrapped)
    {
        var id = BlobSpace.NewId();
        return new()
        {
            Id = id,
            Owner = context.Owner,
            Digest = source.Digest,
            ObjectKey = space.KeyOf(source.Digest, id),
            WrappedKey = wrapped,
            LengthBytes = source.LengthBytes,
            PieceBytes = _layout.PieceBytes,
            Lease = context.Lease,
            BeatAt = all.Time.GetUtcNow(),
        };
    }
}
