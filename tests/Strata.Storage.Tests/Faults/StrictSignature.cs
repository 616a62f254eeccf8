using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Strata.Storage.Tests.Faults;

/// <summary>Checks a request as S3 does, written by the specification and by nothing of ours: signature (header or URL), Content-MD5, x-amz-content-sha256.</summary>
internal static class StrictSignature
{
    public static S3Refusal? Problem(HttpRequest request, byte[] body)
    {
        var raw = request.HttpContext.Features.Get<IHttpRequestFeature>()!.RawTarget.Split('?', 2);
        var query = (raw.Length > 1 ? raw[1] : "").Split('&', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        var hash = request.Headers["x-amz-content-sha256"].ToString();
        if (query.Remove("X-Amz-Signature", out var signature))
        {
            var age = DateTimeOffset.UtcNow - DateTimeOffset.ParseExact(query["X-Amz-Date"], "yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
            return age > TimeSpan.FromSeconds(long.Parse(query["X-Amz-Expires"], CultureInfo.InvariantCulture)) ? new(403, "AccessDenied", "Request has expired")
                : Uri.UnescapeDataString(query.GetValueOrDefault("X-Amz-Security-Token", "")) != StrictS3.Token ? new(403, "InvalidToken")
                : signature == Sign(request, raw[0], query, query["X-Amz-SignedHeaders"], query["X-Amz-Date"], "UNSIGNED-PAYLOAD") ? null
                : new(403, "SignatureDoesNotMatch");
        }

        if (hash != "UNSIGNED-PAYLOAD" && hash != Convert.ToHexStringLower(SHA256.HashData(body)))
        {
            return new(400, "XAmzContentSHA256Mismatch");
        }

#pragma warning disable CA5351 // the protocol's
        if (request.Headers.ContentMD5.ToString() is { Length: > 0 } md5 && md5 != Convert.ToBase64String(MD5.HashData(body)))
        {
            return new(400, "BadDigest");
        }
#pragma warning restore CA5351

        var fields = request.Headers.Authorization.ToString()["AWS4-HMAC-SHA256 ".Length..].Split(',').Select(field => field.Trim().Split('=', 2)).ToDictionary(field => field[0], field => field[1]);
        var signed = fields["SignedHeaders"].Split(';');
        var unsigned = request.Headers.Keys.Where(name => name.StartsWith("x-amz-", StringComparison.OrdinalIgnoreCase) && !signed.Contains(name.ToLowerInvariant())).ToList();
        return unsigned.Count > 0 || !signed.Contains("host") ? new(403, "AccessDenied", $"There were headers present which were not signed: {string.Join(' ', unsigned)}")
            : !fields["Credential"].StartsWith(StrictS3.AccessKey + "/", StringComparison.Ordinal) ? new(403, "InvalidAccessKeyId")
            : request.Headers["x-amz-security-token"] != StrictS3.Token ? new(400, "InvalidToken")
            : fields["Signature"] == Sign(request, raw[0], query, fields["SignedHeaders"], request.Headers["x-amz-date"].ToString(), hash) ? null
            : new(403, "SignatureDoesNotMatch");
    }

    private static string Sign(HttpRequest request, string path, Dictionary<string, string> query, string signed, string date, string hash)
    {
        var canonicalQuery = string.Join('&', query.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"));
        var headers = string.Concat(signed.Split(';').Select(name => $"{name}:{request.Headers[name].ToString().Trim()}\n"));
        var canonical = $"{request.Method}\n{path}\n{canonicalQuery}\n{headers}\n{signed}\n{hash}";
        var scope = $"{date[..8]}/{StrictS3.Region}/s3/aws4_request";
        var text = $"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        var key = Encoding.UTF8.GetBytes("AWS4" + StrictS3.SecretKey);
        foreach (var step in (string[])[date[..8], StrictS3.Region, "s3", "aws4_request"])
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(step));
        }

        return Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
    }
}
