using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Strata.Bench;

/// <summary>An S3 server that takes multipart uploads and keeps nothing of them but their parts' names.</summary>
internal sealed class DiscardingS3 : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly ConcurrentDictionary<int, (string ETag, long Size)> _parts = [];
    private readonly Task _serving;
    private readonly string _endpoint;

    public DiscardingS3()
    {
        _endpoint = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}");
        _listener.Prefixes.Add($"{_endpoint}/");
        _listener.Start();
        _serving = ServeAsync();
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "any");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "any");
    }

    public string Url => $"s3://bench?endpoint={_endpoint}&region=default";

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                _ = AnswerAsync(await _listener.GetContextAsync());
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task AnswerAsync(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        var query = request.QueryString;
        var body = "";
        if (request.HttpMethod == "PUT")
        {
            var buffer = new byte[1 << 16];
            var size = 0L;
            while (await request.InputStream.ReadAsync(buffer) is > 0 and var count)
            {
                size += count;
            }

            var etag = Convert.ToHexStringLower(Convert.FromBase64String(request.Headers["Content-MD5"]!));
            _parts[int.Parse(query["partNumber"]!, CultureInfo.InvariantCulture)] = (etag, size);
            response.Headers["ETag"] = $"\"{etag}\"";
        }
        else if (request.HttpMethod == "HEAD")
        {
            response.ContentLength64 = _parts.Values.Sum(static p => p.Size);
            response.Headers["ETag"] = $"\"{Whole()}\"";
            response.Headers["Last-Modified"] = "Sat, 21 Nov 2026 12:00:00 GMT";
        }
        else if (request.HttpMethod == "GET")
        {
            var parts = _parts.OrderBy(static p => p.Key).Select(static p => $"<Part><PartNumber>{p.Key}</PartNumber><ETag>\"{p.Value.ETag}\"</ETag><Size>{p.Value.Size}</Size></Part>");
            body = $"<ListPartsResult><IsTruncated>false</IsTruncated>{string.Concat(parts)}</ListPartsResult>";
        }
        else
        {
            body = query["uploadId"] is null
                ? "<InitiateMultipartUploadResult><UploadId>upload</UploadId></InitiateMultipartUploadResult>"
                : $"<CompleteMultipartUploadResult><ETag>\"{Whole()}\"</ETag></CompleteMultipartUploadResult>";
        }

        await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
        response.Close();
    }

#pragma warning disable CA5351 // the protocol's
    private string Whole() =>
        $"{Convert.ToHexStringLower(MD5.HashData([.. _parts.OrderBy(static p => p.Key).SelectMany(static p => Convert.FromHexString(p.Value.ETag))]))}-{_parts.Count}";
#pragma warning restore CA5351

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
