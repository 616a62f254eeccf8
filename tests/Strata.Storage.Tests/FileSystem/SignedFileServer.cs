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
        var access = Signed!.Check(context.Request.Method, new(context.Request.GetEncodedUrl()));
        if (access is null)
        {
            context.Response.StatusCode = 403;
        }
        else if (access.Upload is { } upload)
        {
            context.Response.Headers.ETag = await Store!.PutPartAsync(upload, access.PartNumber, body.ToArray(), null, default);
        }
        else
        {
            var bytes = new byte[(await Store!.HeadAsync(access.Key, default))!.SizeBytes];
            await Store.ReadAsync(access.Key, 0, bytes, default);
            if (context.Request.Headers.Range.ToString() is ['b', 'y', 't', 'e', 's', '=', .. var range])
            {
                var ends = range.Split('-');
                bytes = bytes[int.Parse(ends[0], CultureInfo.InvariantCulture)..(int.Parse(ends[1], CultureInfo.InvariantCulture) + 1)];
                context.Response.StatusCode = 206;
            }

            await context.Response.Body.WriteAsync(bytes);
        }
    }
}
