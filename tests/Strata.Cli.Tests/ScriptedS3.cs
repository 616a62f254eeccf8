using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Strata.Cli.Tests;

/// <summary>A server that answers each request as its script says. Credentials for it are in the environment from then on.</summary>
internal sealed class ScriptedS3 : IDisposable
{
    private readonly HttpListener _listener = new();
    private readonly int _port = FreePort();

    /// <param name="answer">Status and body, of a request's path and query.</param>
    public ScriptedS3(Func<string, (int Status, string Body)> answer)
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "scripted");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "scripted");
        _listener.Prefixes.Add($"http://127.0.0.1:{_port}/");
        _listener.Start();
        _ = ServeAsync(answer);
    }

    public string Url => $"s3://bucket?endpoint=http://127.0.0.1:{_port}&region=us-east-1";

    public void Dispose() => _listener.Close();

    private async Task ServeAsync(Func<string, (int Status, string Body)> answer)
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                var (status, body) = answer(context.Request.RawUrl!);
                context.Response.StatusCode = status;
                context.Response.Close(Encoding.UTF8.GetBytes(body), willBlock: true);
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
