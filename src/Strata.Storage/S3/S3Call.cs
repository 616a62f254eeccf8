using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>One request to the bucket.</summary>
/// <param name="ObjectPath">Below the bucket, with the prefix; empty: the bucket itself.</param>
internal sealed record S3Call(HttpMethod Method, string ObjectPath)
{
    public IReadOnlyList<(string Name, string Value)> Query { get; init; } = [];

    /// <summary>Signed by somebody who may: the call goes there as it is. Null: it is signed here.</summary>
    public Uri? Url { get; init; }

    /// <summary>Sent with its MD5, and for as long as it moves.</summary>
    public ReadOnlyMemory<byte>? Body { get; init; }

    /// <summary>Of the body, hex; null: to be made.</summary>
    public string? Md5 { get; init; }

    /// <summary>The body's hash is signed too: for small ones.</summary>
    public bool SignsBody { get; init; } = true;

    /// <summary>Only if no object is there.</summary>
    public bool IfAbsent { get; init; }

    public (long From, long To)? Range { get; init; }

    /// <summary>What it means that something is not there.</summary>
    public BlobFault Missing { get; init; } = BlobFault.NotFound;

    /// <summary>For the answer to begin, once all is sent.</summary>
    public required TimeSpan AnswerWithin { get; init; }
}
