using System.Globalization;
using System.Net;

namespace Strata.Storage.S3;

/// <summary>A whole answer.</summary>
internal sealed record S3Answer(HttpStatusCode Status, Dictionary<string, string> Headers, ReadOnlyMemory<byte> Body)
{
    public string? BucketRegion => Headers.GetValueOrDefault("x-amz-bucket-region");

    /// <summary>Without quotes.</summary>
    public string ETag => Headers.GetValueOrDefault("ETag", "").Trim('"');

    /// <summary>Seconds only: the other form is of proxies.</summary>
    public TimeSpan? RetryAfter =>
        int.TryParse(Headers.GetValueOrDefault("Retry-After"), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
}
