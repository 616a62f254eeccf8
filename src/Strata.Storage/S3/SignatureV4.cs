using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Strata.Storage.S3;

/// <summary>AWS Signature Version 4 for S3 ("Authenticating Requests (AWS Signature Version 4)", S3 API reference). Pure.</summary>
/// <param name="now">Of the signature.</param>
internal sealed class SignatureV4(S3Credentials credentials, string region, DateTimeOffset now)
{
    public const string UnsignedPayload = "UNSIGNED-PAYLOAD";

    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>For the header x-amz-date.</summary>
    public string Timestamp { get; } = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private string Scope => $"{Timestamp[..8]}/{region}/s3/aws4_request";

    /// <summary>For the header Authorization.</summary>
    /// <param name="path">As it is sent.</param>
    /// <param name="headers">Those that are signed, names in lowercase, sorted; with host, x-amz-date, x-amz-content-sha256 and every other x-amz-….</param>
    public string Authorize(string method, string path, IReadOnlyList<(string Name, string Value)> query, IReadOnlyList<(string Name, string Value)> headers, string payloadHash)
    {
        var signed = string.Join(';', headers.Select(header => header.Name));
        var signature = Sign(Canonical(method, path, CanonicalQuery(query), headers, signed, payloadHash));
        return $"{Algorithm} Credential={credentials.AccessKey}/{Scope},SignedHeaders={signed},Signature={signature}";
    }

    /// <summary>The query of a URL that anybody may use.</summary>
    public string Presign(string method, string host, string path, IReadOnlyList<(string Name, string Value)> query, TimeSpan lifetime)
    {
        List<(string, string)> all =
        [
            .. query,
            ("X-Amz-Algorithm", Algorithm),
            ("X-Amz-Credential", $"{credentials.AccessKey}/{Scope}"),
            ("X-Amz-Date", Timestamp),
            ("X-Amz-Expires", ((long)lifetime.TotalSeconds).ToString(CultureInfo.InvariantCulture)),
            ("X-Amz-SignedHeaders", "host"),
        ];
        if (credentials.SessionToken is { } token)
        {
            all.Add(("X-Amz-Security-Token", token));
        }

        var canonical = CanonicalQuery(all);
        return $"{canonical}&X-Amz-Signature={Sign(Canonical(method, path, canonical, [("host", host)], "host", UnsignedPayload))}";
    }

    /// <summary>Encoded as RFC 3986 says, sorted: what is signed, and what is sent.</summary>
    public static string CanonicalQuery(IReadOnlyList<(string Name, string Value)> query) => string.Join(
        '&',
        query.Select(pair => (Name: Uri.EscapeDataString(pair.Name), Value: Uri.EscapeDataString(pair.Value)))
            .OrderBy(pair => pair.Name, StringComparer.Ordinal).ThenBy(pair => pair.Value, StringComparer.Ordinal)
            .Select(pair => $"{pair.Name}={pair.Value}"));

    public static string HashOf(ReadOnlySpan<byte> payload) => Convert.ToHexStringLower(SHA256.HashData(payload));

    private static string Canonical(
        string method, string path, string query, IReadOnlyList<(string Name, string Value)> headers, string signed, string payloadHash)
    {
        var text = new StringBuilder(method).Append('\n').Append(path).Append('\n').Append(query).Append('\n');
        foreach (var (name, value) in headers)
        {
            text.Append(name).Append(':').Append(value.Trim()).Append('\n');
        }

        return text.Append('\n').Append(signed).Append('\n').Append(payloadHash).ToString();
    }

    private string Sign(string canonical)
    {
        var text = $"{Algorithm}\n{Timestamp}\n{Scope}\n{HashOf(Encoding.UTF8.GetBytes(canonical))}";
        var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey), Timestamp[..8]), region), "s3"), "aws4_request");
        return Convert.ToHexStringLower(Mac(key, text));
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
