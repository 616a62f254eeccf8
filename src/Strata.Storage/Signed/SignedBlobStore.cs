using System.Globalization;
using Strata.Storage.Blobs;
using Strata.Storage.S3;

namespace Strata.Storage.Signed;

/// <summary>
/// A store as a worker without its credentials uses it: parts and reads go by signed URLs straight to where the bytes lie, all else through who has the credentials. A URL that is refused may
/// have run out: another is asked for, once a call.
/// </summary>
/// <param name="control">For all that moves no large bytes; disposed with this.</param>
public sealed class SignedBlobStore(IBlobStore control, ISignedUrls urls, BlobTimes times, TimeProvider time) : IBlobStore
{
    private readonly S3Sender _sender = new(control.Description, times, time);

    public string Description => control.Description;

    public int PartSizeMin => control.PartSizeMin;

    public Task<string> PutPartAsync(UploadTarget upload, int number, ReadOnlyMemory<byte> content, string? md5, CancellationToken cancellationToken) =>
        RenewedAsync(
            () => urls.PartAsync(upload, BlobName.CheckPart(number), cancellationToken),
            async url =>
            {
                var call = new S3Call(HttpMethod.Put, string.Create(CultureInfo.InvariantCulture, $"{BlobName.Check(upload.Key)}, part {number}"))
                {
                    Url = url,
                    Body = content,
                    Md5 = md5,
                    Missing = BlobFault.NoSuchUpload,
                    AnswerWithin = times.Answer,
                };
                var answer = await _sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
                return answer.ETag.Length > 0 ? answer.ETag : throw new BlobStoreException(BlobFault.Unavailable, $"{Description}: a part without ETag.");
            });

    public Task<int> ReadAsync(string key, long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return RenewedAsync(
            () => urls.ReadAsync(BlobName.Check(key), cancellationToken),
            url => new S3Reads(_sender, times).ReadAsync(key, url, offset, into, cancellationToken));
    }

    public Task<StorePresence> FindPresenceAsync(CancellationToken cancellationToken) => control.FindPresenceAsync(cancellationToken);

    public Task<PutOutcome> PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => control.PutAsync(key, content, cancellationToken);

    public Task<string> StartUploadAsync(string key, CancellationToken cancellationToken) => control.StartUploadAsync(key, cancellationToken);

    public Task<IReadOnlyList<StoredPart>> ListPartsAsync(UploadTarget upload, CancellationToken cancellationToken) => control.ListPartsAsync(upload, cancellationToken);

    public Task<CompleteOutcome> CompleteAsync(UploadTarget upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken) =>
        control.CompleteAsync(upload, parts, cancellationToken);

    public Task AbortAsync(UploadTarget upload, CancellationToken cancellationToken) => control.AbortAsync(upload, cancellationToken);

    public IAsyncEnumerable<PendingUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken) => control.ListUploadsAsync(prefix, cancellationToken);

    public Task<BlobHead?> HeadAsync(string key, CancellationToken cancellationToken) => control.HeadAsync(key, cancellationToken);

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken) => control.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => control.DeleteAsync(key, cancellationToken);

    public Uri SignRead(string key, TimeSpan lifetime) => control.SignRead(key, lifetime);

    public Uri SignPart(UploadTarget upload, int number, TimeSpan lifetime) => control.SignPart(upload, number, lifetime);

    public async ValueTask DisposeAsync()
    {
        _sender.Dispose();
        await control.DisposeAsync().ConfigureAwait(false);
    }

    private static async Task<T> RenewedAsync<T>(Func<ValueTask<Uri>> sign, Func<Uri, Task<T>> call)
    {
        try
        {
            return await call(await sign().ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.Denied)
        {
            return await call(await sign().ConfigureAwait(false)).ConfigureAwait(false);
        }
    }
}
