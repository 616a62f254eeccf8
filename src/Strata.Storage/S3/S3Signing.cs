using System.Globalization;
using System.Security.Cryptography;
using Strata.Storage.Blobs;

namespace Strata.Storage.S3;

/// <summary>Requests and URLs of one moment, signed.</summary>
internal sealed class S3Signing(S3Settings settings, S3Credentials credentials, DateTimeOffset now)
{
    private readonly SignatureV4 _signature = new(credentials, settings.Region, now);

    public HttpRequestMessage Request(S3Call call)
    {
        var path = PathOf(call.ObjectPath);
        var query = SignatureV4.CanonicalQuery(call.Query);
        var request = Unsigned(call, UrlOf(path, query));
        var hash = call.Body is { } signed && !call.SignsBody ? SignatureV4.UnsignedPayload : SignatureV4.HashOf(call.Body.GetValueOrDefault().Span);
        List<(string Name, string Value)> headers = []; // sorted as they are added
        if (request.Content?.Headers.ContentMD5 is { } md5)
        {
            headers.Add(("content-md5", Convert.ToBase64String(md5)));
        }

        headers.Add(("host", settings.Endpoint.Authority));
        Add("x-amz-content-sha256", hash);
        Add("x-amz-date", _signature.Timestamp);
        if (credentials.SessionToken is { } token)
        {
            Add("x-amz-security-token", token);
        }

        if (call.IfAbsent)
        {
            request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        }

        request.Headers.TryAddWithoutValidation("Authorization", _signature.Authorize(call.Method.Method, path, call.Query, headers, hash));
        return request;

        void Add(string name, string value)
        {
            headers.Add((name, value));
            request.Headers.TryAddWithoutValidation(name, value);
        }
    }

    /// <summary>What is said with each call, to a URL that is signed or before it is.</summary>
    public static HttpRequestMessage Unsigned(S3Call call, Uri url)
    {
        var request = new HttpRequestMessage(call.Method, url) { Version = System.Net.HttpVersion.Version11 };
        if (call.Body is { } body)
        {
            request.Content = new ByteArrayContent([]); // holds the headers; the sender puts the body in
            request.Content.Headers.ContentMD5 = call.Md5 is { } hex ? Convert.FromHexString(hex) : Md5Of(body.Span);
        }

        if (call.Range is { } range)
        {
            request.Headers.Range = new(range.From, range.To);
        }

        return request;
    }

    public Uri Presign(HttpMethod method, string objectPath, IReadOnlyList<(string Name, string Value)> query, TimeSpan lifetime)
    {
        var path = PathOf(objectPath);
        return UrlOf(path, _signature.Presign(method.Method, settings.Endpoint.Authority, path, query, BlobName.CheckLifetime(lifetime)));
    }

    /// <summary>Nothing in it needs encoding: bucket, prefix and keys are of few characters.</summary>
    private string PathOf(string objectPath) => settings.PathStyle ? $"/{settings.Location.Bucket}/{objectPath}" : $"/{objectPath}";

    private Uri UrlOf(string path, string query) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{settings.Endpoint.Scheme}://{settings.Endpoint.Authority}{path}{(query.Length == 0 ? "" : "?")}{query}"));

#pragma warning disable CA5351 // the protocol's checksum; the signature and the frames' seals protect against an attacker
    private static byte[] Md5Of(ReadOnlySpan<byte> body) => MD5.HashData(body);
#pragma warning restore CA5351
}
