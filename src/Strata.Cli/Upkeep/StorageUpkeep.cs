using Strata.Metadata;
using Strata.Storage.Archives;
using Strata.Storage.Garbage;

namespace Strata.Cli.Upkeep;

/// <summary>
/// Uploads whose workers died, in the configured storage, as far as records speak of them. What nobody names any more is for <c>strata storage gc</c>, which somebody asks for: a copy of this data directory
/// may still name it.
/// </summary>
internal static class StorageUpkeep
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan ProbeLimit = TimeSpan.FromSeconds(2); // a store that is down or silent costs so much, once an hour
    private static readonly TimeSpan WorkLimit = TimeSpan.FromSeconds(5); // the rest is for the next time

    /// <summary>For the end of a run: one look at a file, and once an hour a sweep.</summary>
    /// <exception cref="IOException">The store or this disk fails.</exception>
    /// <exception cref="OperationCanceledException">It took too long.</exception>
    public static async ValueTask RunIfDueAsync(BlobArchives? storage, string dataDirectory)
    {
        var stamp = Path.Combine(dataDirectory, "last-storage-sweep");
        var now = TimeProvider.System.GetUtcNow().UtcDateTime;
        if (storage is null || !Database.Exists(dataDirectory) || (now - File.GetLastWriteTimeUtc(stamp)).Duration() < Interval || !storage.IsUsed)
        {
            return;
        }

        using var limit = new CancellationTokenSource(ProbeLimit, TimeProvider.System);
        await File.WriteAllBytesAsync(stamp, [], limit.Token).ConfigureAwait(false);
        await storage.ProbeAsync(limit.Token).ConfigureAwait(false);
        limit.CancelAfter(WorkLimit);
        await new UploadReaper(storage).RunRecordedAsync(UploadReaper.HeartbeatMax, limit.Token).ConfigureAwait(false);
    }
}
