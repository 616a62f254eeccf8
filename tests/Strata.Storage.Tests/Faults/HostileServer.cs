using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Strata.Storage.Tests.Faults;

/// <summary>Answers every request with 200 and the same body.</summary>
internal sealed class HostileServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly byte[] _answer;

    private HostileServer(string body) =>
        _answer = Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{body}");

    public Uri Endpoint => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    public static Task<HostileServer> StartAsync(string body)
    {
        var server = new HostileServer(body);
        server._listener.Start();
        _ = server.ServeAsync();
        return Task.FromResult(server);
    }

    public ValueTask DisposeAsync()
    {
        _listener.Stop();
        return ValueTask.CompletedTask;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptSocketAsync();
                await client.ReceiveAsync(new byte[8 << 10]);
                await client.SendAsync(_answer);
                client.Shutdown(SocketShutdown.Send);
                await client.ReceiveAsync(new byte[1]); // until the other side has read it and goes
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
