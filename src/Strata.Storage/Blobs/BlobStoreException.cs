namespace Strata.Storage.Blobs;

public enum BlobFault
{
    /// <summary>No object of this key.</summary>
    NotFound,

    /// <summary>The upload was aborted, completed, or never begun.</summary>
    NoSuchUpload,

    /// <summary>Wrong or missing credentials, or a right that is missing. Trying again does not help.</summary>
    Denied,

    /// <summary>The store asks for patience (503 SlowDown, 429).</summary>
    Throttled,

    /// <summary>Not reachable, reset, or an error of the store itself (500).</summary>
    Unavailable,

    /// <summary>Connected, but nothing moved for too long.</summary>
    Stalled,

    /// <summary>No space left for it.</summary>
    Full,

    /// <summary>What came is not what was stored: a digest or a seal does not fit.</summary>
    Damaged,

    /// <summary>The store understood and said no: a request of ours that it does not take, a bucket that is not there.</summary>
    Refused,
}

/// <summary>What a store did not do. The message says which object and why, never a credential.</summary>
public sealed class BlobStoreException(BlobFault fault, string message, Exception? inner = null) : IOException(message, inner)
{
    public BlobFault Fault { get; } = fault;

    /// <summary>The store's own wish how long to wait (Retry-After).</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The protocol's own word for it (S3: <c>InvalidPart</c>), and its status; for who knows the protocol.</summary>
    internal string Code { get; init; } = "";

    internal int Status { get; init; }

    /// <summary>The same call may work a moment later.</summary>
    public bool IsTransient => Fault is BlobFault.Throttled or BlobFault.Unavailable or BlobFault.Stalled;
}
