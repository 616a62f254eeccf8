namespace Strata.Storage.Blobs;

/// <summary>
/// Where stored objects lie. An object is written once under a key of ours and never changes; it is visible whole or not at all. Safe for concurrent use, by any number
/// of processes. Every implementation passes <c>BlobStoreContract</c>.
/// </summary>
/// <remarks>
/// A call is one attempt: back-off and retries are the caller's (<see cref="Retry"/>). Keys are checked by <see cref="BlobName"/>; another is a fault of ours. All calls
/// throw <see cref="BlobStoreException"/> for what the store does or does not do.
/// </remarks>
public interface IBlobStore : IAsyncDisposable
{
    /// <summary>For people, without credentials: <c>s3://bucket/prefix</c>, <c>file:///dir</c>.</summary>
    string Description { get; }

    /// <summary>What an upload's parts must have at least, but for the last (S3: 5 MiB): checked when it is completed.</summary>
    int PartSizeMin { get; }

    /// <summary>Asks the store itself, also where nothing was ever written.</summary>
    Task<StorePresence> FindPresenceAsync(CancellationToken cancellationToken);

    /// <summary>Stores a small object, unless there is one of this key.</summary>
    /// <param name="content">A single part's size at most.</param>
    Task<PutOutcome> PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <returns>The upload's id: unguessable, and known to the store until it is completed or aborted.</returns>
    Task<string> StartUploadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Stores one part; the same number again replaces it.</summary>
    /// <param name="number">1 to 10,000; in any order, any number at a time.</param>
    /// <param name="md5">Of the content, lowercase hex, if the caller has it: else it is made here.</param>
    /// <returns>Its ETag: the MD5 of the content in hex, unless the bucket encrypts with keys of its own (SSE-KMS, SSE-C). The content was checked when it came in.</returns>
    /// <exception cref="BlobStoreException"><see cref="BlobFault.NoSuchUpload"/>: aborted, completed, or never begun.</exception>
    Task<string> PutPartAsync(UploadTarget upload, int number, ReadOnlyMemory<byte> content, string? md5, CancellationToken cancellationToken);

    /// <returns>All the store has, by number.</returns>
    /// <exception cref="BlobStoreException"><see cref="BlobFault.NoSuchUpload"/></exception>
    Task<IReadOnlyList<StoredPart>> ListPartsAsync(UploadTarget upload, CancellationToken cancellationToken);

    /// <summary>Makes the object visible: these parts one behind the other. May be repeated when the answer was lost.</summary>
    /// <param name="parts">
    /// All of the upload, by number, at least one. One that is not as the store has it: <see cref="CompleteOutcome.StartAgain"/>. Parts that are not named are dropped, but
    /// radosgw says <see cref="CompleteOutcome.StartAgain"/> to them.
    /// </param>
    Task<CompleteOutcome> CompleteAsync(UploadTarget upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken);

    /// <summary>Drops an upload and its parts. One that is gone already is fine.</summary>
    Task AbortAsync(UploadTarget upload, CancellationToken cancellationToken);

    /// <param name="prefix">A literal beginning of keys; empty: all.</param>
    IAsyncEnumerable<PendingUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken);

    /// <returns>Null: absent.</returns>
    Task<BlobHead?> HeadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Reads until the buffer is full or the object ends. A transfer that is cut off or stalls goes on where it was, as long as it gets further each time.</summary>
    /// <returns>The bytes read: fewer than the buffer has only at the object's end; 0 behind it.</returns>
    /// <exception cref="BlobStoreException"><see cref="BlobFault.NotFound"/>; <see cref="BlobFault.Stalled"/>: nothing came for <see cref="BlobTimes.Idle"/>, twice.</exception>
    Task<int> ReadAsync(string key, long offset, Memory<byte> into, CancellationToken cancellationToken);

    /// <param name="prefix">A literal beginning of keys; empty: all. In no order that may be relied on.</param>
    IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>One that is gone already is fine.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>A URL with which anybody may GET the object, ranges too, until it runs out.</summary>
    /// <param name="lifetime">A second to 7 days.</param>
    Uri SignRead(string key, TimeSpan lifetime);

    /// <summary>A URL with which anybody may PUT this part, until it runs out.</summary>
    /// <param name="lifetime">A second to 7 days.</param>
    Uri SignPart(UploadTarget upload, int number, TimeSpan lifetime);
}

public enum StorePresence
{
    There,

    /// <summary>A place that the first write makes a store of: so is a directory on which its file system is not mounted.</summary>
    New,

    /// <summary>A bucket that was never made, or was deleted.</summary>
    Gone,
}

public enum PutOutcome
{
    Stored,

    /// <summary>An object of this key is there, and was left alone.</summary>
    Exists,
}

public enum CompleteOutcome
{
    Completed,

    /// <summary>An object of this key is there, from another upload. Stores that do not look (radosgw) answer <see cref="Completed"/> and replace it.</summary>
    Exists,

    /// <summary>The upload is gone, parts of it are, or the store asks for it (S3: 409): begin another.</summary>
    StartAgain,
}

/// <param name="UploadId">As the store named it.</param>
public sealed record UploadTarget(string Key, string UploadId);

/// <param name="ETag">Without quotes.</param>
public sealed record StoredPart(int Number, string ETag, long SizeBytes);

public sealed record PendingUpload(UploadTarget Upload, DateTimeOffset StartedAt);

/// <param name="ETag">Without quotes. Of an object of several parts: MD5 of the parts' MD5s, <c>-</c>, how many.</param>
public sealed record BlobHead(long SizeBytes, string ETag, DateTimeOffset StoredAt);

public sealed record StoredObject(string Key, long SizeBytes, DateTimeOffset StoredAt);
