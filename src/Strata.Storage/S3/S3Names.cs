using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>Our keys in the bucket: below the prefix.</summary>
internal sealed class S3Names(string prefix)
{
    private readonly string _start = prefix.Length == 0 ? "" : prefix + "/";

    /// <param name="key">Or the beginning of keys.</param>
    public string Path(string key) => _start + key;

    /// <returns>Null: not below the prefix, or no key of ours.</returns>
    public string? Find(string path) =>
        path.StartsWith(_start, StringComparison.Ordinal) && BlobName.IsValid(path.AsSpan(_start.Length)) ? path[_start.Length..] : null;
}
