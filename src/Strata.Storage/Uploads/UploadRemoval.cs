using Strata.Metadata;
using Strata.Storage.Blobs;

namespace Strata.Storage.Uploads;

/// <summary>Takes an upload that nobody goes on with out of the store, then out of the records: in this order, so that what is left after a crash is found again.</summary>
internal sealed class UploadRemoval(IBlobStore store, Database database)
{
    /// <param name="upload">Its row says that it is ending.</param>
    /// <exception cref="BlobStoreException">The store fails: it is tried again by the reaper.</exception>
    public async Task RemoveAsync(UploadRow upload, Retry retry, CancellationToken cancellationToken)
    {
        if (upload.Target is { } target)
        {
            await retry.RunAsync((_, stop) => store.AbortAsync(target, stop), cancellationToken).ConfigureAwait(false);
        }

        await retry.RunAsync((_, stop) => store.DeleteAsync(upload.ObjectKey, stop), cancellationToken).ConfigureAwait(false); // it may have been completed
        await database.WriteAsync(
            sql =>
            {
                UploadSql.RemoveParts(sql, upload.Id);
                UploadSql.RemoveRow(sql, upload.Id);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
