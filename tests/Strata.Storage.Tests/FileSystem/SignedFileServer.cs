using System.Globalization;
using System.Net;
using Strata.Storage.Blobs;
using Strata.Storage.FileSystem;

namespace Strata.Storage.Tests.FileSystem;

/// <summary>Serves the signed URLs of a store in files, as a server would: on loopback.</summary>
internal sealed class SignedFileServer : IDisposable
{
    private readonly HttpListener _listener = new();

    public SignedFileServer()
    {
        using (var probe = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            probe.Start();
            Url = new($"http://127.0.0.1:{((IPEndPoint)probe.LocalEndpoint).Port}/blobs/");
        }

        _listener.Prefixes.Add(Url.ToString());
        _listener.Start();
    }

    public Uri Url { get; }

    public void Serve(IBlobStore store, SignedFiles signed) => _ = Task.Run(async () =>
    {
        while (_listener.IsListening)
        {
            HttpListenerContext context;
            try
            {
                context = await _listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            await AnswerAsync(context, store, signed);
        }
    });

    public void Dispose() => _listener.Close();

    private static async Task AnswerAsync(HttpListenerContext context, IBlobStore store, SignedFiles signed)
    {
        using var response = context.Response;
        var access = signed.Check(context.Request.HttpMethod, context.Request.Url!);
        if (access is null)
        {
            response.StatusCode = 403;
        }
        else if (access.Upload is { } upload)
        {
            using var body = new MemoryStream();
            await context.Request.InputStream.CopyToAsync(body);
            response.Headers["ETag"] = await store.PutPartAsync(upload, access.PartNumber, body.ToArray(), null, default);
        }
        else
        {
            var bytes = new byte[(await store.HeadAsync(access.Key, default))!.SizeBytes];
            await store.ReadAsync(access.Key, 0, bytes, default);
            if (context.Request.Headers["Range"] is ['b', 'y', 't', 'e', 's', '=', .. var range])
            {
                var ends = range.Split('-');
                bytes = bytes[int.Parse(ends[0], CultureInfo.InvariantCulture)..(int.Parse(ends[1], CultureInfo.InvariantCulture) + 1)];
                response.StatusCode = 206;
            }

            await response.OutputStream.WriteAsync(bytes);
        }
    }
}
