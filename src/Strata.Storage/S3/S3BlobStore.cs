using System.Globalization;
using System.Net;
using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>A bucket of Amazon S3, or of a server that speaks as it does, below a prefix.</summary>
internal sealed class S3BlobStore : IBlobStore, IUploadExpiry
{
    private readonly S3Sender _sender;
    private readonly S3Names _names;
    private readonly S3Reads _reads;
    private readonly S3Listings _listings;
    private readonly S3Lifecycle _lifecycle;
    private readonly BlobTimes _times;
    private volatile bool _hasNoConditions; // the server does not know If-None-Match on writes, and says so

    public S3BlobStore(S3Settings settings, BlobTimes times, TimeProvider time, int pageSize = 1_000)
    {
        _times = times;
        _sender = new(settings, times, time);
        _names = new(settings.Location.Prefix);
        _reads = new(_sender, times);
        _listings = new(_sender, _names, times, pageSize);
        _lifecycle = new(_sender, _names.Path(""), times);
    }

    public string Description => _sender.Description;

    public int PartSizeMin => 5 << 20;

    /// <summary>By a list of nothing: the answer to a HEAD has no body, and does not tell a bucket that is missing from an object.</summary>
    public async Task<StorePresence> FindPresenceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var _ in _listings.ObjectsAsync("probe/", cancellationToken).ConfigureAwait(false))
            {
                break;
            }

            return StorePresence.There;
        }
        catch (BlobStoreException e) when (e.Code == "NoSuchBucket")
        {
            return StorePresence.Gone;
        }
    }

    public async Task<PutOutcome> PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var call = new S3Call(HttpMethod.Put, Path(key)) { Body = content, Missing = BlobFault.Refused, AnswerWithin = _times.Answer };
        if (_hasNoConditions && await HeadAsync(key, cancellationToken).ConfigureAwait(false) is not null)
        {
            return PutOutcome.Exists;
        }

        var answer = await SendIfAbsentAsync(call, cancellationToken).ConfigureAwait(false);
        return answer is null ? await PutAsync(key, content, cancellationToken).ConfigureAwait(false)
            : answer.Status == HttpStatusCode.PreconditionFailed ? PutOutcome.Exists
            : PutOutcome.Stored;
    }

    public async Task<string> StartUploadAsync(string key, CancellationToken cancellationToken)
    {
        var call = new S3Call(HttpMethod.Post, Path(key)) { Query = [("uploads", "")], Missing = BlobFault.Refused, AnswerWithin = _times.Idle };
        var answer = await _sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
        var id = _sender.Document(call, answer)["UploadId"];
        return id.Length > 0 ? id : throw new BlobStoreException(BlobFault.Unavailable, $"{Description}: an upload without id.");
    }

    public async Task<string> PutPartAsync(UploadTarget upload, int number, ReadOnlyMemory<byte> content, string? md5, CancellationToken cancellationToken)
    {
        var call = new S3Call(HttpMethod.Put, Path(upload.Key))
        {
            Query = PartQuery(upload, number),
            Body = content,
            Md5 = md5,
            SignsBody = false,
            Missing = BlobFault.NoSuchUpload,
            AnswerWithin = _times.Answer,
        };
        var answer = await _sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
        return answer.ETag.Length > 0 ? answer.ETag : throw new BlobStoreException(BlobFault.Unavailable, $"{Description}: a part without ETag.");
    }

    public Task<IReadOnlyList<StoredPart>> ListPartsAsync(UploadTarget upload, CancellationToken cancellationToken)
    {
        BlobName.Check(upload.Key);
        return _listings.PartsAsync(upload, cancellationToken);
    }

    public async Task<CompleteOutcome> CompleteAsync(UploadTarget upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        BlobName.CheckParts(parts);
        var call = new S3Call(HttpMethod.Post, Path(upload.Key))
        {
            Query = [("uploadId", upload.UploadId)],
            Body = S3Xml.Complete(parts),
            Missing = BlobFault.NoSuchUpload,
            AnswerWithin = _times.Complete,
        };
        try
        {
            var answer = await SendIfAbsentAsync(call, cancellationToken).ConfigureAwait(false) ?? await _sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
            if (answer.Status == HttpStatusCode.PreconditionFailed)
            {
                return CompleteOutcome.Exists;
            }

            _sender.Document(call, answer); // an error may come with status 200: the headers were sent before it was known
            return CompleteOutcome.Completed;
        }
        catch (BlobStoreException e) when (e.Fault == BlobFault.NoSuchUpload || e.Code is "InvalidPart" or "ConditionalRequestConflict" or "OperationAborted" || e.Status == 409)
        {
            return CompleteOutcome.StartAgain;
        }
        catch (BlobStoreException e) when (e.Status == 500)
        {
            // radosgw says of an aborted upload that it is being completed
            return await IsGoneAsync(upload, cancellationToken).ConfigureAwait(false) ? CompleteOutcome.StartAgain : throw new BlobStoreException(e.Fault, e.Message, e);
        }
    }

    public async Task AbortAsync(UploadTarget upload, CancellationToken cancellationToken)
    {
        var call = new S3Call(HttpMethod.Delete, Path(upload.Key))
        {
            Query = [("uploadId", upload.UploadId)],
            Missing = BlobFault.NoSuchUpload,
            AnswerWithin = _times.Answer,
        };
        try
        {
            await _sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobStoreException e) when (e.Fault == BlobFault.NoSuchUpload)
        {
        }
    }

    public IAsyncEnumerable<PendingUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken) =>
        _listings.UploadsAsync(BlobName.CheckPrefix(prefix), cancellationToken);

    public async Task<BlobHead?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var call = new S3Call(HttpMethod.Head, Path(key)) { AnswerWithin = _times.Idle };
        try
        {
            var answer = await _sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
            return long.TryParse(answer.Headers.GetValueOrDefault("Content-Length"), NumberStyles.None, CultureInfo.InvariantCulture, out var size)
                && DateTimeOffset.TryParse(
                    answer.Headers.GetValueOrDefault("Last-Modified"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var storedAt)
                ? new(size, answer.ETag, storedAt)
                : throw new BlobStoreException(BlobFault.Unavailable, $"{Description}: {key} has no length or no date.");
        }
        catch (BlobStoreException e) when (e.Fault == BlobFault.NotFound)
        {
            return null;
        }
    }

    public Task<int> ReadAsync(string key, long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return _reads.ReadAsync(Path(key), null, offset, into, cancellationToken);
    }

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken) =>
        _listings.ObjectsAsync(BlobName.CheckPrefix(prefix), cancellationToken);

    public async Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var call = new S3Call(HttpMethod.Delete, Path(key)) { AnswerWithin = _times.Answer };
        try
        {
            await _sender.SendAsync(call, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobStoreException e) when (e.Fault == BlobFault.NotFound)
        {
        }
    }

    public Uri SignRead(string key, TimeSpan lifetime) => _sender.Signing.Presign(HttpMethod.Get, Path(key), [], lifetime);

    public Uri SignPart(UploadTarget upload, int number, TimeSpan lifetime) =>
        _sender.Signing.Presign(HttpMethod.Put, Path(upload.Key), PartQuery(upload, number), lifetime);

    public Task<TimeSpan?> FindUploadExpiryAsync(CancellationToken cancellationToken) => _lifecycle.FindAsync(cancellationToken);

    public Task SetUploadExpiryAsync(int days, CancellationToken cancellationToken) => _lifecycle.SetAsync(days, cancellationToken);

    public ValueTask DisposeAsync()
    {
        _sender.Dispose();
        return ValueTask.CompletedTask;
    }

    private static (string, string)[] PartQuery(UploadTarget upload, int number) =>
        [("partNumber", BlobName.CheckPart(number).ToString(CultureInfo.InvariantCulture)), ("uploadId", upload.UploadId)];

    private string Path(string key) => _names.Path(BlobName.Check(key));

    private async Task<bool> IsGoneAsync(UploadTarget upload, CancellationToken cancellationToken)
    {
        try
        {
            await _listings.PartsAsync(upload, cancellationToken).ConfigureAwait(false);
            return false;
        }
        catch (BlobStoreException e)
        {
            return e.Fault == BlobFault.NoSuchUpload;
        }
    }

    /// <returns>Null: the server does not know conditions, and nothing was written.</returns>
    private async Task<S3Answer?> SendIfAbsentAsync(S3Call call, CancellationToken cancellationToken)
    {
        try
        {
            return await _sender.SendAsync(call with { IfAbsent = !_hasNoConditions }, cancellationToken).ConfigureAwait(false);
        }
        catch (BlobStoreException e) when (e.Status == 501 && !_hasNoConditions)
        {
            _hasNoConditions = true;
            return null;
        }
    }
}
