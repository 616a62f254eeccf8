using System.Net;
using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>What a store's refusal means: status and code ("Error responses", S3 API reference; radosgw and MinIO where they differ).</summary>
internal static class S3Errors
{
    private const int MessageLengthMax = 300;

    public static BlobFault FaultOf(HttpStatusCode status, string code, BlobFault missing) => code switch
    {
        "NoSuchUpload" => BlobFault.NoSuchUpload,
        "NoSuchBucket" => BlobFault.Refused,
        "SlowDown" or "SlowDownRead" or "SlowDownWrite" or "Throttling" or "ThrottlingException" or "RequestLimitExceeded" or "TooManyRequests" => BlobFault.Throttled,
        "BadDigest" or "IncompleteBody" or "RequestTimeout" or "ConditionalRequestConflict" or "OperationAborted" or "InternalError" => BlobFault.Unavailable,
        "QuotaExceeded" or "XMinioStorageFull" or "InsufficientStorage" => BlobFault.Full,
        "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "AuthorizationHeaderMalformed" or "InvalidAccessKeyId" => BlobFault.Denied,
        _ => status switch
        {
            HttpStatusCode.NotFound => missing,
            HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized => BlobFault.Denied,
            HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable => BlobFault.Throttled,
            HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict => BlobFault.Unavailable,
            HttpStatusCode.InsufficientStorage => BlobFault.Full,
            HttpStatusCode.NotImplemented => BlobFault.Refused,
            >= HttpStatusCode.InternalServerError => BlobFault.Unavailable,
            _ => BlobFault.Refused,
        },
    };

    /// <summary>Other credentials might do.</summary>
    public static bool IsOfCredentials(string code) => code is "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" or "InvalidAccessKeyId";

    /// <summary>For people: code, the store's own words, and what is behind the usual ones. Never what was sent: that is signed.</summary>
    public static string Explain(HttpStatusCode status, string code, string message, string? bucketRegion)
    {
        var words = message.Length > MessageLengthMax ? message[..MessageLengthMax] : message;
        words = string.Concat(words.Select(character => char.IsControl(character) ? ' ' : character));
        var hint = code switch
        {
            "RequestTimeTooSkewed" => "; the clock of this machine is wrong",
            "AuthorizationHeaderMalformed" or "PermanentRedirect" or "TemporaryRedirect" => bucketRegion is null
                ? "; the bucket is in another region: name it with ?region="
                : $"; the bucket is in {bucketRegion}: say ?region={bucketRegion}",
            _ => "",
        };
        return $"{(int)status} {(code.Length == 0 ? status : code)}{(words.Length == 0 ? "" : ": ")}{words}{hint}";
    }
}
