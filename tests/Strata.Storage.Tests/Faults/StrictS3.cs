using System.Collections.Concurrent;
using System.Globalization;
using System.Security;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Strata.Storage.S3;

namespace Strata.Storage.Tests.Faults;

/// <summary>
/// S3 as Amazon documents it, where radosgw falls short: conditional Complete (412), InvalidPartOrder, EntityTooSmall, NoSuchUpload for all calls, checked signatures and
/// checksums, errors with status 200. In memory, on loopback, one bucket.
/// </summary>
public sealed class StrictS3 : IAsyncDisposable
{
    public const string Bucket = "strict";
    public const string AccessKey = "strictaccess";
    public const string SecretKey = "strictsecret";
    public const string Token = "strict/token+with=signs";
    public const string Region = "eu-test-1";

    private const int PartSizeMin = 5 << 20;

    private readonly ConcurrentDictionary<string, (byte[] Content, string ETag, DateTimeOffset At)> _objects = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Upload> _uploads = new(StringComparer.Ordinal);
    private readonly WebApplication _app;

    private StrictS3(WebApplication app) => _app = app;

    public Uri Endpoint { get; private set; } = null!;

    /// <summary>Asked first, with method and target; an answer of its own ends the request.</summary>
    public Func<string, string, S3Refusal?> Before { get; set; } = (_, _) => null;

    public string Url => $"s3://{Bucket}/pre?endpoint={Endpoint}&region={Region}";

    public IEnumerable<byte[]> Contents => _objects.Values.Select(stored => stored.Content);

    public int PendingUploads => _uploads.Count;

    public static async Task<StrictS3> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(options => options.Limits.MaxRequestBodySize = 1 << 30);
        var app = builder.Build();
        var server = new StrictS3(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Endpoint = new(app.Urls.Single());
        return server;
    }

    public static string? Variable(string name) => name switch
    {
        "AWS_ACCESS_KEY_ID" => AccessKey,
        "AWS_SECRET_ACCESS_KEY" => SecretKey,
        "AWS_SESSION_TOKEN" => Token,
        _ => null,
    };

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var buffer = new MemoryStream();
        await context.Request.Body.CopyToAsync(buffer);
        var refusal = Before(context.Request.Method, context.Features.Get<Microsoft.AspNetCore.Http.Features.IHttpRequestFeature>()!.RawTarget)
            ?? StrictSignature.Problem(context.Request, buffer.ToArray())
            ?? await ActAsync(context, buffer.ToArray());
        if (refusal is { } said)
        {
            context.Response.StatusCode = said.Status;
            foreach (var (name, value) in said.Headers ?? [])
            {
                context.Response.Headers[name] = value;
            }

            await WriteAsync(context, $"<Error><Code>{said.Code}</Code><Message>{SecurityElement.Escape(said.Message)}</Message></Error>");
        }
    }

    private async Task<S3Refusal?> ActAsync(HttpContext context, byte[] body)
    {
        var path = context.Request.Path.Value!;
        if (path != $"/{Bucket}" && !path.StartsWith($"/{Bucket}/", StringComparison.Ordinal))
        {
            return new(404, "NoSuchBucket");
        }

        var key = path.Length > Bucket.Length + 2 ? path[(Bucket.Length + 2)..] : "";
        var query = context.Request.Query;
        if (key.Length == 0)
        {
            return query.ContainsKey("uploads") ? await ListUploadsAsync(context) : await ListObjectsAsync(context);
        }

        if (query["uploadId"].FirstOrDefault() is { } id)
        {
            return !_uploads.TryGetValue(id, out var upload) || upload.Key != key ? new(404, "NoSuchUpload") : context.Request.Method switch
            {
                "PUT" => PutPart(context, upload, body),
                "GET" => await ListPartsAsync(context, upload),
                "POST" => await CompleteAsync(context, id, upload, body),
                _ => Aborted(context, id),
            };
        }

        return context.Request.Method switch
        {
            "POST" => await StartAsync(context, key),
            "PUT" => Put(context, key, body),
            "DELETE" => Deleted(context, key),
            _ => await GetAsync(context, key),
        };
    }

    private S3Refusal? Put(HttpContext context, string key, byte[] body)
    {
        var stored = (body, Md5(body), DateTimeOffset.UtcNow);
        context.Response.Headers.ETag = $"\"{stored.Item2}\"";
        if (context.Request.Headers.IfNoneMatch == "*")
        {
            return _objects.TryAdd(key, stored) ? null : new(412, "PreconditionFailed");
        }

        _objects[key] = stored;
        return null;
    }

    private async Task<S3Refusal?> GetAsync(HttpContext context, string key)
    {
        if (!_objects.TryGetValue(key, out var stored))
        {
            return new(404, "NoSuchKey");
        }

        context.Response.Headers.ETag = $"\"{stored.ETag}\"";
        context.Response.Headers.LastModified = stored.At.ToString("R", CultureInfo.InvariantCulture);
        var content = stored.Content;
        if (context.Request.Headers.Range.ToString() is { Length: > 0 } range)
        {
            var ends = range["bytes=".Length..].Split('-');
            var from = long.Parse(ends[0], CultureInfo.InvariantCulture);
            if (from >= content.Length)
            {
                return new(416, "InvalidRange");
            }

            var to = Math.Min(long.Parse(ends[1], CultureInfo.InvariantCulture), content.Length - 1);
            context.Response.StatusCode = 206;
            context.Response.Headers.ContentRange = string.Create(CultureInfo.InvariantCulture, $"bytes {from}-{to}/{content.Length}");
            content = content[(int)from..(int)(to + 1)];
        }

        context.Response.ContentLength = content.Length;
        if (context.Request.Method != "HEAD")
        {
            await context.Response.Body.WriteAsync(content);
        }

        return null;
    }

    private S3Refusal? Deleted(HttpContext context, string key)
    {
        _objects.TryRemove(key, out _);
        context.Response.StatusCode = 204;
        return null;
    }

    private async Task<S3Refusal?> StartAsync(HttpContext context, string key)
    {
        var id = $"{Guid.NewGuid():n}.with/signs+and=more~";
        _uploads[id] = new(key, DateTimeOffset.UtcNow);
        await WriteAsync(context, $"<InitiateMultipartUploadResult><Key>{key}</Key><UploadId>{id}</UploadId></InitiateMultipartUploadResult>");
        return null;
    }

    private static S3Refusal? PutPart(HttpContext context, Upload upload, byte[] body)
    {
        var number = int.Parse(context.Request.Query["partNumber"]!, CultureInfo.InvariantCulture);
        upload.Parts[number] = body;
        context.Response.Headers.ETag = $"\"{Md5(body)}\"";
        return null;
    }

    private static async Task<S3Refusal?> ListPartsAsync(HttpContext context, Upload upload)
    {
        var query = context.Request.Query;
        var marker = int.Parse(query["part-number-marker"].FirstOrDefault("0")!, CultureInfo.InvariantCulture);
        var max = int.Parse(query["max-parts"].FirstOrDefault("1000")!, CultureInfo.InvariantCulture);
        var rest = upload.Parts.Where(part => part.Key > marker).OrderBy(part => part.Key).ToList();
        var page = rest.Take(max).ToList();
        var text = new StringBuilder("<ListPartsResult>");
        foreach (var (number, content) in page)
        {
            text.Append(CultureInfo.InvariantCulture, $"<Part><PartNumber>{number}</PartNumber><ETag>\"{Md5(content)}\"</ETag><Size>{content.Length}</Size></Part>");
        }

        await WriteAsync(context, text.Append(CultureInfo.InvariantCulture, $"<IsTruncated>{Truth(rest.Count > max)}</IsTruncated></ListPartsResult>").ToString());
        return null;
    }

    private async Task<S3Refusal?> CompleteAsync(HttpContext context, string id, Upload upload, byte[] body)
    {
        var named = XDocument.Parse(Encoding.UTF8.GetString(body)).Root!.Elements()
            .Select(part => (Number: (int)part.Element(part.Name.Namespace + "PartNumber")!, ETag: ((string)part.Element(part.Name.Namespace + "ETag")!).Trim('"'))).ToList();
        if (named.Zip(named.Skip(1)).Any(pair => pair.First.Number >= pair.Second.Number))
        {
            return new(400, "InvalidPartOrder");
        }

        if (named.Any(part => !upload.Parts.TryGetValue(part.Number, out var content) || Md5(content) != part.ETag))
        {
            return new(400, "InvalidPart");
        }

        if (named.SkipLast(1).Any(part => upload.Parts[part.Number].Length < PartSizeMin))
        {
            return new(400, "EntityTooSmall");
        }

        var parts = named.Select(part => upload.Parts[part.Number]).ToList();
        var etag = $"{Md5([.. parts.SelectMany(MD5.HashData)])}-{parts.Count}";
        var stored = (parts.SelectMany(part => part).ToArray(), etag, DateTimeOffset.UtcNow);
        if (context.Request.Headers.IfNoneMatch == "*" ? !_objects.TryAdd(upload.Key, stored) : (_objects[upload.Key] = stored).Item1 is null)
        {
            return new(412, "PreconditionFailed");
        }

        _uploads.TryRemove(id, out _);
        await WriteAsync(context, $"<CompleteMultipartUploadResult><ETag>\"{etag}\"</ETag></CompleteMultipartUploadResult>");
        return null;
    }

    private S3Refusal? Aborted(HttpContext context, string id)
    {
        _uploads.TryRemove(id, out _);
        context.Response.StatusCode = 204;
        return null;
    }

    private async Task<S3Refusal?> ListUploadsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var after = (query["key-marker"].FirstOrDefault(""), query["upload-id-marker"].FirstOrDefault(""));
        var max = int.Parse(query["max-uploads"].FirstOrDefault("1000")!, CultureInfo.InvariantCulture);
        var rest = _uploads.Select(upload => (upload.Value.Key, Id: upload.Key, upload.Value.At)).Where(upload => upload.Key.StartsWith(query["prefix"]!, StringComparison.Ordinal))
            .OrderBy(upload => upload.Key, StringComparer.Ordinal).ThenBy(upload => upload.Id, StringComparer.Ordinal)
            .Where(upload => string.CompareOrdinal(upload.Key, after.Item1) is var order && (order > 0 || (order == 0 && string.CompareOrdinal(upload.Id, after.Item2) > 0))).ToList();
        var text = new StringBuilder("<ListMultipartUploadsResult>");
        foreach (var (key, id, at) in rest.Take(max))
        {
            text.Append(CultureInfo.InvariantCulture, $"<Upload><Key>{Uri.EscapeDataString(key)}</Key><UploadId>{id}</UploadId><Initiated>{at:O}</Initiated></Upload>");
        }

        if (rest.Count > max)
        {
            text.Append(CultureInfo.InvariantCulture, $"<NextKeyMarker>{Uri.EscapeDataString(rest[max - 1].Key)}</NextKeyMarker><NextUploadIdMarker>{rest[max - 1].Id}</NextUploadIdMarker>");
        }

        await WriteAsync(context, text.Append(CultureInfo.InvariantCulture, $"<IsTruncated>{Truth(rest.Count > max)}</IsTruncated></ListMultipartUploadsResult>").ToString());
        return null;
    }

    private async Task<S3Refusal?> ListObjectsAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var after = query["continuation-token"].FirstOrDefault("");
        var max = int.Parse(query["max-keys"].FirstOrDefault("1000")!, CultureInfo.InvariantCulture);
        var rest = _objects.Where(stored => stored.Key.StartsWith(query["prefix"]!, StringComparison.Ordinal) && string.CompareOrdinal("t+/=" + stored.Key, after) > 0)
            .OrderBy(stored => stored.Key, StringComparer.Ordinal).ToList();
        var text = new StringBuilder("<ListBucketResult><KeyCount>0</KeyCount>");
        foreach (var (key, stored) in rest.Take(max))
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"<Contents><Key>{Uri.EscapeDataString(key)}</Key><LastModified>{stored.At:O}</LastModified><Size>{stored.Content.Length}</Size><Owner><ID>x</ID></Owner></Contents>");
        }

        var next = rest.Count > max ? $"<NextContinuationToken>t+/={rest[max - 1].Key}</NextContinuationToken>" : "";
        await WriteAsync(context, text.Append(CultureInfo.InvariantCulture, $"{next}<IsTruncated>{Truth(rest.Count > max)}</IsTruncated></ListBucketResult>").ToString());
        return null;
    }

    private static string Truth(bool value) => value ? "true" : "false";

    private static Task WriteAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "application/xml";
        return context.Request.Method == "HEAD" ? Task.CompletedTask : context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}");
    }

#pragma warning disable CA5351 // S3's ETag
    private static string Md5(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351

    private sealed record Upload(string Key, DateTimeOffset At)
    {
        public ConcurrentDictionary<int, byte[]> Parts { get; } = new();
    }
}

public sealed record S3Refusal(int Status, string Code, string Message = "made up", Dictionary<string, string>? Headers = null);
