using Strata.Core;
using Strata.Metadata;
using Strata.Storage.Frames;
using Strata.Storage.Objects;

namespace Strata.Storage.Uploads;

/// <summary>How storing a blob begins.</summary>
internal abstract record UploadBegin
{
    private UploadBegin()
    {
    }

    /// <summary>It is there, may be read by the job, and is pinned.</summary>
    public sealed record AlreadyThere : UploadBegin;

    public sealed record LeaseLost : UploadBegin;

    /// <param name="Parts">Sent before, by whomever.</param>
    public sealed record Write(UploadRow Upload, IReadOnlyList<PartRow> Parts) : UploadBegin;
}

internal enum PublishOutcome
{
    Published,

    /// <summary>Another stored the same blob first; that one is pinned.</summary>
    LostRace,

    LeaseLost,

    /// <summary>The upload was given up by the reaper.</summary>
    Gone,
}

/// <summary>What is durable of uploads: each write asks for the lease in its own transaction. Safe for concurrent use.</summary>
internal sealed class UploadRecords(Database database, BlobSpace space, TimeProvider time)
{
    /// <summary>The blob if it is there and readable, or the same owner stored it; else an upload to go on with, else a new one.</summary>
    /// <param name="fresh">The new one.</param>
    public Task<UploadBegin> BeginAsync(UploadRow fresh, IReadOnlySet<Digest> readable, CancellationToken cancellationToken) =>
        database.WriteAsync<UploadBegin>(
            sql =>
            {
                if (!fresh.Lease.IsHeld(sql))
                {
                    return new UploadBegin.LeaseLost();
                }

                // What the same owner stored it knew: its worker ended between that and its record.
                if (BlobSql.FindLive(sql, space.Store, space.Org, fresh.Digest) is { Doubt: null } live && (live.Owner == fresh.Owner || readable.Contains(fresh.Digest)))
                {
                    BlobSql.Pin(sql, live.Id, fresh.Lease);
                    new StorageCounts(0, 1, 0, 0, 0, 0, 0).AddTo(sql, space.Store);
                    return new UploadBegin.AlreadyThere();
                }

                if (UploadChoice.Of(UploadSql.ListOpen(sql, space.Store, space.Org, fresh.Owner), fresh, lease => lease.IsHeld(sql)) is not { } found)
                {
                    UploadSql.Insert(sql, space.Store, space.Org, fresh);
                    return new UploadBegin.Write(fresh, []);
                }

                UploadSql.TakeOver(sql, found.Id, fresh.Digest, fresh.LengthBytes, fresh.Lease, time.GetUtcNow());
                var taken = found with { Digest = fresh.Digest, LengthBytes = fresh.LengthBytes, Lease = fresh.Lease };
                return new UploadBegin.Write(taken, UploadSql.ListParts(sql, found.Id));
            },
            cancellationToken);

    /// <exception cref="UploadEndedException">The lease is lost, or the upload was given up.</exception>
    public Task SetUploadIdAsync(UploadRow upload, string uploadId, CancellationToken cancellationToken) =>
        WriteAsync(upload, sql => UploadSql.SetUploadId(sql, upload.Id, uploadId, time.GetUtcNow()), cancellationToken);

    /// <param name="indexLength">If it is the last part.</param>
    /// <exception cref="UploadEndedException">The lease is lost, or the upload was given up.</exception>
    public Task SetPartAsync(UploadRow upload, PartRow part, int? indexLength, CancellationToken cancellationToken) =>
        WriteAsync(
            upload,
            sql =>
            {
                UploadSql.SetPart(sql, upload.Id, part);
                if (indexLength is { } length)
                {
                    UploadSql.SetIndexLength(sql, upload.Id, length);
                }

                UploadSql.Beat(sql, upload.Id, time.GetUtcNow());
            },
            cancellationToken);

    /// <summary>Parts that are of no use any more.</summary>
    /// <exception cref="UploadEndedException">The lease is lost, or the upload was given up.</exception>
    public Task RemovePartsAsync(UploadRow upload, IReadOnlyList<int> numbers, CancellationToken cancellationToken) =>
        WriteAsync(
            upload,
            sql =>
            {
                foreach (var number in numbers)
                {
                    UploadSql.RemovePart(sql, upload.Id, number);
                }
            },
            cancellationToken);

    /// <summary>The one transaction that makes a blob visible.</summary>
    /// <param name="counts">What is counted with it.</param>
    public Task<PublishOutcome> PublishAsync(UploadRow upload, long storedBytes, IndexPlace index, StorageCounts counts, CancellationToken cancellationToken) =>
        database.WriteAsync(
            sql =>
            {
                if (!upload.Lease.IsHeld(sql))
                {
                    return PublishOutcome.LeaseLost;
                }

                if (UploadSql.FindOpen(sql, upload.Id) is not { } open || open.Lease != upload.Lease)
                {
                    return PublishOutcome.Gone;
                }

                counts.AddTo(sql, space.Store);
                var live = BlobSql.FindLive(sql, space.Store, space.Org, upload.Digest);
                if (live is { Doubt: null })
                {
                    BlobSql.Pin(sql, live.Id, upload.Lease);
                    UploadSql.End(sql, upload.Id);
                    return PublishOutcome.LostRace;
                }

                if (live is not null)
                {
                    BlobSql.Retire(sql, live.Id, $"stored anew: {live.Doubt}");
                }

                var id = BlobSql.Insert(sql, space.Store, new()
                {
                    Org = space.Org,
                    Digest = upload.Digest,
                    ObjectKey = upload.ObjectKey,
                    WrappedKey = upload.WrappedKey,
                    LengthBytes = upload.LengthBytes,
                    StoredBytes = storedBytes,
                    Index = index,
                    Upload = upload.Id,
                    Owner = upload.Owner,
                    CreatedAt = time.GetUtcNow(),
                });
                BlobSql.Pin(sql, id, upload.Lease);
                UploadSql.RemoveRow(sql, upload.Id);
                return PublishOutcome.Published;
            },
            cancellationToken);

    public Task FailedAsync(long retries, CancellationToken cancellationToken) => database.WriteAsync(
        sql =>
        {
            new StorageCounts(0, 0, 1, 0, retries, 0, 0).AddTo(sql, space.Store);
            return true;
        },
        cancellationToken);

    /// <summary>Nobody is to go on with it.</summary>
    /// <returns>False: it is another's, or a blob, by now: what lies in the store is not ours to remove.</returns>
    public Task<bool> EndAsync(UploadRow upload, CancellationToken cancellationToken) => database.WriteAsync(
        sql => upload.Lease.IsHeld(sql) && UploadSql.FindOpen(sql, upload.Id) is { } open && open.Lease == upload.Lease && UploadSql.End(sql, upload.Id), cancellationToken);

    private async Task WriteAsync(UploadRow upload, Action<SqlSession> write, CancellationToken cancellationToken)
    {
        var end = await database.WriteAsync<UploadEnd?>(
            sql =>
            {
                if (!upload.Lease.IsHeld(sql))
                {
                    return UploadEnd.LeaseLost;
                }

                if (UploadSql.FindOpen(sql, upload.Id) is not { } open || open.Lease != upload.Lease)
                {
                    return UploadEnd.Gone;
                }

                write(sql);
                return null;
            },
            cancellationToken).ConfigureAwait(false);
        if (end is { } reason)
        {
            throw new UploadEndedException(reason);
        }
    }
}
