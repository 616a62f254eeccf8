using Strata.Metadata;
using Strata.Storage.Archives;
using Strata.Storage.Blobs;
using Strata.Storage.Objects;
using Strata.Storage.Uploads;

namespace Strata.Storage.Garbage;

/// <param name="Blobs">Removed.</param>
/// <param name="BytesFreed">As stored.</param>
/// <param name="Strays">Objects under our prefix that no row knew, removed.</param>
/// <param name="Kept">Blobs that stay.</param>
public readonly record struct CollectionReport(int Blobs, long BytesFreed, int Strays, int Kept);

/// <summary>
/// Removes blobs that no record names, beside those who write. Why that is right: who is about to name a blob has pinned it under its lease before, and its lease ends after. A blob that goes
/// was not pinned at a first look, nor named after that look, nor pinned since then, nor read within the grace. Rows go before bytes.
/// </summary>
public sealed class BlobCollector(BlobArchives archives, IBlobRoots roots)
{
    /// <summary>For who has just looked and not pinned, or reads.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromHours(1);

    /// <exception cref="BlobStoreException">The store fails; what is done is done.</exception>
    public async Task<CollectionReport> RunAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        var collected = await RemoveRecordedAsync(grace, cancellationToken).ConfigureAwait(false);
        return collected with { Strays = await RemoveStraysAsync(grace, cancellationToken).ConfigureAwait(false) };
    }

    private async Task<CollectionReport> RemoveRecordedAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (archives.FindStoreId() is not { } store)
        {
            return default;
        }

        var retry = new Retry(archives.Time, archives.Options.ReadNeeded);
        var before = archives.Time.GetUtcNow() - grace;
        var kept = await RetireUnreferencedAsync(store, before, cancellationToken).ConfigureAwait(false);
        var (blobs, bytes) = (0, 0L);
        foreach (var blob in archives.Database.Read(sql => BlobSql.ListDeleting(sql, store)))
        {
            await retry.RunAsync((_, stop) => archives.Store.DeleteAsync(blob.ObjectKey, stop), cancellationToken).ConfigureAwait(false);
            await archives.Database.WriteAsync(sql => Remove(sql, blob), cancellationToken).ConfigureAwait(false);
            (blobs, bytes) = (blobs + 1, bytes + blob.StoredBytes);
        }

        return new(blobs, bytes, 0, kept);
    }

    /// <returns>How many.</returns>
    private async Task<int> RemoveStraysAsync(TimeSpan grace, CancellationToken cancellationToken)
    {
        if (archives.FindStoreId() is not { } store)
        {
            return 0;
        }

        var retry = new Retry(archives.Time, archives.Options.ReadNeeded);
        var strays = await FindStraysAsync(store, archives.Time.GetUtcNow() - grace, cancellationToken).ConfigureAwait(false);
        foreach (var stray in strays)
        {
            await retry.RunAsync((_, stop) => archives.Store.DeleteAsync(stray, stop), cancellationToken).ConfigureAwait(false);
        }

        return strays.Count;
    }

    /// <returns>How many stay.</returns>
    private async Task<int> RetireUnreferencedAsync(string store, DateTimeOffset before, CancellationToken cancellationToken)
    {
        await archives.Database.WriteAsync(RemoveDeadPins, cancellationToken).ConfigureAwait(false);
        var live = archives.Database.Read(sql => BlobSql.ListLive(sql, store).ConvertAll(blob => (Blob: blob, IsPinned: IsPinned(sql, blob))));
        var referenced = await roots.ListAsync(cancellationToken).ConfigureAwait(false); // behind that look
        var kept = 0;
        foreach (var (blob, isPinned) in live)
        {
            var goes = !isPinned && blob.CreatedAt < before && !referenced.Contains(new(blob.Org, blob.Digest))
                && await archives.Database.WriteAsync(sql => TryRetire(sql, blob, before), cancellationToken).ConfigureAwait(false);
            kept += goes ? 0 : 1;
        }

        return kept;
    }

    private static bool RemoveDeadPins(SqlSession sql)
    {
        foreach (var blob in BlobSql.ListPinned(sql))
        {
            BlobSql.RemoveDeadPins(sql, blob);
        }

        return true;
    }

    private static bool TryRetire(SqlSession sql, BlobRow blob, DateTimeOffset before) =>
        BlobSql.CountPins(sql, blob.Id) == blob.Pins && BlobSql.RetireUnread(sql, blob.Id, before, "no record names it");

    private static bool IsPinned(SqlSession sql, BlobRow blob) => BlobSql.PinsOf(sql, blob.Id).Exists(lease => lease.IsHeld(sql));

    private static bool Remove(SqlSession sql, BlobRow blob)
    {
        UploadSql.RemoveParts(sql, blob.Upload);
        BlobSql.Remove(sql, blob.Id);
        return true;
    }

    /// <summary>Of workers that were taken for dead and put an object after their upload was ended.</summary>
    private async Task<List<string>> FindStraysAsync(string store, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var strays = new List<string>();
        await foreach (var stored in archives.Store.ListAsync($"{store}/", cancellationToken).ConfigureAwait(false))
        {
            if (stored.StoredAt < before && !archives.Database.Read(sql => BlobSql.IsKnown(sql, stored.Key)))
            {
                strays.Add(stored.Key);
            }
        }

        return strays;
    }
}
