using Strata.Storage.Archives;
using Strata.Storage.Blobs;
using Strata.Storage.Objects;
using Strata.Storage.Uploads;

namespace Strata.Storage.Garbage;

/// <param name="Unknown">Of these, those that only the store knew.</param>
public readonly record struct ReapReport(int Uploads, int Unknown);

/// <summary>
/// Ends uploads that nobody has worked on for a while, and those of which the store alone knows. A worker that was only slow begins another: its record is gone, so it can publish nothing of
/// the old one.
/// </summary>
public sealed class UploadReaper(BlobArchives archives)
{
    /// <summary>Each part that is sent is a heartbeat.</summary>
    public static readonly TimeSpan HeartbeatMax = TimeSpan.FromHours(1);

    /// <exception cref="BlobStoreException">The store fails; what is done is done, the rest is for the next time.</exception>
    public async Task<ReapReport> RunAsync(TimeSpan heartbeatMax, CancellationToken cancellationToken)
    {
        var recorded = await RunRecordedAsync(heartbeatMax, cancellationToken).ConfigureAwait(false);
        if (archives.FindStoreId() is not { } store)
        {
            return default;
        }

        var retry = new Retry(archives.Time, archives.Options.ReadNeeded);
        var unknown = await FindUnknownAsync(store, archives.Time.GetUtcNow() - heartbeatMax, cancellationToken).ConfigureAwait(false);
        foreach (var upload in unknown)
        {
            await retry.RunAsync((_, stop) => archives.Store.AbortAsync(upload, stop), cancellationToken).ConfigureAwait(false);
        }

        await CountAsync(store, unknown.Count, cancellationToken).ConfigureAwait(false);
        return new(recorded + unknown.Count, unknown.Count);
    }

    /// <summary>Only those that records speak of: the store is not asked when there are none.</summary>
    /// <returns>How many.</returns>
    /// <inheritdoc cref="RunAsync" path="/exception"/>
    public async Task<int> RunRecordedAsync(TimeSpan heartbeatMax, CancellationToken cancellationToken)
    {
        if (archives.FindStoreId() is not { } store)
        {
            return 0;
        }

        var retry = new Retry(archives.Time, archives.Options.ReadNeeded);
        var ended = await EndKnownAsync(store, archives.Time.GetUtcNow() - heartbeatMax, retry, cancellationToken).ConfigureAwait(false);
        await CountAsync(store, ended, cancellationToken).ConfigureAwait(false);
        return ended;
    }

    private async Task CountAsync(string store, int ended, CancellationToken cancellationToken)
    {
        TransferMetrics.Ended(ended);
        if (ended > 0)
        {
            await archives.Database.WriteAsync(
                sql =>
                {
                    new StorageCounts(0, 0, 0, 0, 0, 0, ended).AddTo(sql, store);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>How many it would end.</summary>
    /// <exception cref="BlobStoreException">The store fails.</exception>
    public async Task<int> CountAsync(TimeSpan heartbeatMax, CancellationToken cancellationToken)
    {
        if (archives.FindStoreId() is not { } store)
        {
            return 0;
        }

        var before = archives.Time.GetUtcNow() - heartbeatMax;
        var unknown = await FindUnknownAsync(store, before, cancellationToken).ConfigureAwait(false);
        return unknown.Count + archives.Database.Read(sql => UploadSql.ListAbandoned(sql, store, before)).Count;
    }

    private async Task<List<UploadTarget>> FindUnknownAsync(string store, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var unknown = new List<UploadTarget>();
        await foreach (var pending in archives.Store.ListUploadsAsync($"{store}/", cancellationToken).ConfigureAwait(false))
        {
            if (pending.StartedAt < before && !archives.Database.Read(sql => UploadSql.IsKnown(sql, pending.Upload)))
            {
                unknown.Add(pending.Upload);
            }
        }

        return unknown;
    }

    private async Task<int> EndKnownAsync(string store, DateTimeOffset before, Retry retry, CancellationToken cancellationToken)
    {
        var (ended, removal) = (0, new UploadRemoval(archives.Store, archives.Database));
        foreach (var upload in archives.Database.Read(sql => UploadSql.ListAbandoned(sql, store, before)))
        {
            if (await archives.Database.WriteAsync(sql => UploadSql.EndAbandoned(sql, upload.Id, before), cancellationToken).ConfigureAwait(false)
                && archives.Database.Read(sql => UploadSql.FindEnding(sql, upload.Id)) is { } ending)
            {
                await removal.RemoveAsync(ending, retry, cancellationToken).ConfigureAwait(false);
                ended++;
            }
        }

        return ended;
    }
}
