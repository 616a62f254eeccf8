using Strata.Core.Diagnostics;

namespace Strata.Storage;

/// <summary>Where blobs are stored, as a user says it: <c>s3://bucket[/prefix][?endpoint=…&amp;region=…&amp;profile=…]</c> or <c>file:///dir</c>. Never a credential.</summary>
public abstract record StorageLocation
{
    private const string FileScheme = "file://";
    private const string S3Scheme = "s3://";

    private protected StorageLocation()
    {
    }

    /// <exception cref="UserErrorException">Not such a URL: STR610x says why.</exception>
    public static StorageLocation Parse(string text) =>
        S3Url.HoldsCredentials(text) ? throw new UserErrorException(StorageDiagnostics.CredentialsInLocation())
        : text.StartsWith(S3Scheme, StringComparison.Ordinal) ? S3Url.Parse(text, text[S3Scheme.Length..])
        : text.StartsWith(FileScheme, StringComparison.Ordinal) ? ParseFiles(text, text[FileScheme.Length..])
        : throw Bad(text, "it begins with neither s3:// nor file://");

    /// <param name="path">Without a fault of <see cref="LocationRules"/>.</param>
    public static OfFiles OfDirectory(string path) => new(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path)));

    internal static UserErrorException Bad(string text, string why) => new(StorageDiagnostics.BadLocation(text, why));

    private static OfFiles ParseFiles(string text, string path) =>
        LocationRules.FaultOfDirectory(path) is { } fault ? throw Bad(text, $"its directory {fault}{(path.StartsWith('/') ? "" : " (three slashes: file:///var/blobs)")}")
        : OfDirectory(path);

    /// <param name="Directory">Absolute.</param>
    public sealed record OfFiles(string Directory) : StorageLocation
    {
        public override string ToString() => FileScheme + Directory;
    }

    /// <param name="Prefix">Without slashes at its ends; empty: none.</param>
    /// <param name="Endpoint">http or https, without path; null: Amazon's for the region.</param>
    /// <param name="Region">Null: from the environment or the profile, else <c>us-east-1</c>.</param>
    /// <param name="Profile">Of ~/.aws; null: the environment's keys, else AWS_PROFILE, else <c>default</c>.</param>
    public sealed record OfS3(string Bucket, string Prefix, Uri? Endpoint, string? Region, string? Profile) : StorageLocation
    {
        /// <summary>For people: bucket and prefix.</summary>
        public override string ToString() => Prefix.Length == 0 ? S3Scheme + Bucket : $"{S3Scheme}{Bucket}/{Prefix}";
    }
}
