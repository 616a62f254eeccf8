using Strata.Core.Diagnostics;

namespace Strata.Storage;

/// <summary>Where blobs are stored, as a user says it: <c>s3://bucket[/prefix][?endpoint=…&amp;region=…&amp;profile=…]</c> or <c>file:///dir</c>. Never a credential.</summary>
public abstract record StorageLocation
{
    private protected StorageLocation()
    {
    }

    /// <exception cref="UserErrorException">Not such a URL: STR610x says why.</exception>
    public static StorageLocation Parse(string text) => throw new NotSupportedException(text);

    /// <param name="Directory">Absolute.</param>
    public sealed record OfFiles(string Directory) : StorageLocation;

    /// <param name="Prefix">Without slashes at its ends; empty: none.</param>
    /// <param name="Endpoint">http or https, without path; null: Amazon's for the region.</param>
    /// <param name="Region">Null: from the environment or the profile, else <c>us-east-1</c>.</param>
    /// <param name="Profile">Of ~/.aws; null: AWS_PROFILE, else the environment's keys, else <c>default</c>.</param>
    public sealed record OfS3(string Bucket, string Prefix, Uri? Endpoint, string? Region, string? Profile) : StorageLocation;
}
