using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Extensions.Logging;
using Strata.Storage.Blobs;
using Strata.Storage.FileSystem;

namespace Strata.Storage.Tests.FileSystem;

/// <summary>Serves the signed URLs of a store in files, as a server would: on loopback.</summary>
internal sealed class SignedFileServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private SignedFileServer(WebApplication app) => _app = app;

    public Uri Url { get; private set; } = null!;

    private IBlobStore? Store { get; set; }

    private SignedFiles? Signed { get; set; }

    public static async Task<SignedFileServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var server = new SignedFileServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        server.Url = new($"{app.Urls.Single()}/blobs/");
        return server;
    }

    public void Serve(IBlobStore store, SignedFiles signed) => (Store, Signed) = (store, signed);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        try
        {
            switch (Signed!.Check(context.Request.Method, new(context.Request.GetEncodedUrl())))
            {
                case null:
                    context.Response.StatusCode = 403;
                    break;
                case { Upload: { } upload, PartNumber: var number }:
                    var md5 = context.Request.Headers.ContentMD5.ToString() is { Length: > 0 } sent ? Convert.ToHexStringLower(Convert.FromBase64String(sent)) : null;
                    context.Response.Headers.ETag = await Store!.PutPartAsync(upload, number, body.ToArray(), md5, default);
                    break;
                case { Key: var key }:
                    await ReadAsync(context, key);
                    break;
            }
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.NotFound or BlobFault.NoSuchUpload)
        {
            context.Response.StatusCode = 404;
        }
    }

    private async Task ReadAsync(HttpContext context, string key)
    {
        var head = await Store!.HeadAsync(key, default) ?? throw new BlobStoreException(BlobFault.NotFound, key);
        var bytes = new byte[head.SizeBytes];
        await Store.ReadAsync(key, 0, bytes, default);
        if (context.Request.Headers.Range.ToString() is ['b', 'y', 't', 'e', 's', '=', .. var range])
        {
            var ends = range.Split('-');
            var from = int.Parse(ends[0], CultureInfo.InvariantCulture);
            if (from >= bytes.Length)
            {
                context.Response.StatusCode = 416;
                return;
            }

            var to = Math.Min(int.Parse(ends[1], CultureInfo.InvariantCulture), bytes.Length - 1);
            context.Response.Headers.ContentRange = $"bytes {from}-{to}/{bytes.Length}";
            bytes = bytes[from..(to + 1)];
            context.Response.StatusCode = 206;
        }

        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes);
    }
}
