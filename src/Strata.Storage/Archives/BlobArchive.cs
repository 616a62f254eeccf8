using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Storage.Blobs;
using Strata.Storage.Frames;
using Strata.Storage.Keys;
using Strata.Storage.Objects;

namespace Strata.Storage.Archives;

/// <summary>The blobs of one organization, with the store, the keys and the records of this process.</summary>
internal sealed class BlobArchive(BlobArchives all, string org) : IBlobArchive
{
    private const int WarmUpBytes = 1 << 16;

    /// <summary>A transfer says so often that it goes on: well within the grace of collections.</summary>
    private static readonly TimeSpan ReadMarkInterval = TimeSpan.FromMinutes(10);

    public string Description => all.Description;

    public ValueTask<BlobPresence?> FindAsync(Digest digest, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(Find(digest) is { } row ? new BlobPresence(row.LengthBytes, row.Doubt is not null) : null);
    }

    public async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var key = OrgKey.NewBlobKey();
            using var part = await all.Sealer.SealAsync(key, 1, static (_, _, _) => default, 0, WarmUpBytes, 0, cancellationToken).ConfigureAwait(false);
            await all.Store.FindPresenceAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is BlobStoreException or EnvironmentException)
        {
            // It is asked again in earnest.
        }
    }

    public async ValueTask<StoreOutcome> StoreAsync(BlobSource source, StoreContext context, CancellationToken cancellationToken)
    {
        using var turn = await all.Turns.EnterAsync((org, source.Digest), cancellationToken).ConfigureAwait(false);
        var storing = new BlobStoring(all, await SpaceAsync(cancellationToken).ConfigureAwait(false), source, context, new(source.Digest, source.LengthBytes, context.Progress));
        return await storing.RunAsync(cancellationToken).ConfigureAwait(false);
    }

    public async ValueTask<string?> CheckAsync(Digest digest, CancellationToken cancellationToken)
    {
        if (Find(digest) is not { } row)
        {
            return "it is not there";
        }

        var problem = await ProblemOfAsync(row, cancellationToken).ConfigureAwait(false);
        if (problem is not null)
        {
            await RecordDoubtAsync(digest, problem, cancellationToken).ConfigureAwait(false);
        }

        return problem;
    }

    public async Task<bool> FetchAsync(
        Digest digest, Func<long, ReadOnlyMemory<byte>, CancellationToken, ValueTask> sink, IProgress<long>? progress, bool isNeeded, CancellationToken cancellationToken)
    {
        if (Find(digest) is not { } row || !await MarkReadAsync(row, cancellationToken).ConfigureAwait(false))
        {
            return false;
        }

        try
        {
            using var key = await KeyOfAsync(row, cancellationToken).ConfigureAwait(false);
            var retry = new Retry(all.Time, isNeeded ? all.Options.ReadNeeded : all.Options.Read);
            using var reader = await OpenAsync(row, key, retry, cancellationToken).ConfigureAwait(false);
            var marked = all.Time.GetTimestamp();
            await reader.CopyToAsync(
                async (offset, content, stop) =>
                {
                    if (all.Time.GetElapsedTime(Volatile.Read(ref marked)) > ReadMarkInterval)
                    {
                        Volatile.Write(ref marked, all.Time.GetTimestamp());
                        await MarkReadAsync(row, stop).ConfigureAwait(false);
                    }

                    await sink(offset, content, stop).ConfigureAwait(false);
                },
                all.Options.ReadsInFlight, progress, cancellationToken).ConfigureAwait(false);
            TransferMetrics.Fetched("fetched");
            return true;
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.NotFound)
        {
            await RecordDoubtAsync(digest, "its object is gone", cancellationToken).ConfigureAwait(false);
            TransferMetrics.Fetched("absent");
            return false;
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.Damaged)
        {
            await RecordDoubtAsync(digest, e.Message, cancellationToken).ConfigureAwait(false);
            TransferMetrics.Fetched("failed");
            throw;
        }
        catch (BlobStoreException)
        {
            TransferMetrics.Fetched("failed");
            throw;
        }
    }

    public ValueTask DoubtAsync(Digest digest, string reason, CancellationToken cancellationToken) => RecordDoubtAsync(digest, BlobRow.FalseMark + reason, cancellationToken);

    /// <summary>That its object is not as it was stored.</summary>
    internal async ValueTask RecordDoubtAsync(Digest digest, string reason, CancellationToken cancellationToken)
    {
        if (all.FindStoreId() is { } store)
        {
            await all.Database.WriteAsync(
                sql =>
                {
                    if (BlobSql.FindLive(sql, store, org, digest) is { IsFalse: false } row && (row.Doubt is null || reason.StartsWith(BlobRow.FalseMark, StringComparison.Ordinal)))
                    {
                        BlobSql.Doubt(sql, row.Id, reason);
                    }

                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<string?> ProblemOfAsync(BlobRow row, CancellationToken cancellationToken)
    {
        var retry = new Retry(all.Time, all.Options.Upload);
        var head = await retry.RunAsync((_, stop) => all.Store.HeadAsync(row.ObjectKey, stop), cancellationToken).ConfigureAwait(false);
        if (row.ProblemWith(head) is { } problem)
        {
            return problem;
        }

        try
        {
            using var key = await KeyOfAsync(row, cancellationToken).ConfigureAwait(false);
            (await OpenAsync(row, key, retry, cancellationToken).ConfigureAwait(false)).Dispose();
            return null;
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.Damaged or BlobFault.NotFound)
        {
            return e.Message;
        }
    }

    /// <summary>Its index was read, and is this blob's.</summary>
    /// <param name="key">Of the blob; must outlive the result.</param>
    private async Task<BlobReader> OpenAsync(BlobRow row, BlobKey key, Retry retry, CancellationToken cancellationToken)
    {
        var reader = await BlobReader.OpenAsync(all.Store, row.ObjectKey, key, row.Index, retry, cancellationToken).ConfigureAwait(false);
        if (reader.Index.Digest == row.Digest && reader.Length == row.LengthBytes)
        {
            return reader;
        }

        reader.Dispose();
        throw new BlobStoreException(BlobFault.Damaged, $"The object of blob {row.Digest.Short} is another blob's.");
    }

    private async Task<BlobKey> KeyOfAsync(BlobRow row, CancellationToken cancellationToken) =>
        (await all.Keys.GetAsync(org, cancellationToken).ConfigureAwait(false)).Unwrap(row.WrappedKey);

    /// <summary>It is not collected for a while.</summary>
    /// <returns>False: it is gone.</returns>
    private Task<bool> MarkReadAsync(BlobRow row, CancellationToken cancellationToken) => all.Database.WriteAsync(sql => BlobSql.MarkRead(sql, row.Id, all.Time.GetUtcNow()), cancellationToken);

    private BlobRow? Find(Digest digest) => all.FindStoreId() is { } store ? all.Database.Read(sql => BlobSql.FindLive(sql, store, org, digest)) : null;

    private async ValueTask<BlobSpace> SpaceAsync(CancellationToken cancellationToken) => new(await all.GetStoreIdAsync(cancellationToken).ConfigureAwait(false), org);
}
