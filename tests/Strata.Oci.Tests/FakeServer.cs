using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Strata.Oci.Tests;

internal sealed record FakeRequest(string Method, string Target, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string? Authorization => Headers.GetValueOrDefault("Authorization");

    public string? Range => Headers.GetValueOrDefault("Range");

    public string Path => Target.Split('?')[0];

    public string Query => Target.Contains('?') ? WebUtility.UrlDecode(Target[(Target.IndexOf('?') + 1)..]) : "";

    public string Text => Encoding.UTF8.GetString(Body);
}

/// <param name="CutAfter">Bytes of the body after which the connection is closed; null = all are sent.</param>
/// <param name="Stalls">Instead of closing, it falls silent.</param>
/// <param name="DeclaredLength">Content-Length, where it is not the body's; -1 = none (the end of the connection ends the body).</param>
internal sealed record FakeResponse(int Status, byte[] Body, params (string Name, string Value)[] Headers)
{
    public int? CutAfter { get; init; }

    public bool Stalls { get; init; }

    public long? DeclaredLength { get; init; }

    public static FakeResponse Of(int status, params (string Name, string Value)[] headers) => new(status, [], headers);

    public static FakeResponse Json(int status, string json, params (string Name, string Value)[] headers) => new(status, Encoding.UTF8.GetBytes(json), headers);
}

/// <summary>An HTTP/1.1 server on loopback sockets that does what it is told, also what no sound server would. One request a connection.</summary>
internal sealed class FakeServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Func<FakeRequest, FakeResponse> _answer;
    private readonly Task _loop;

    public FakeServer(Func<FakeRequest, FakeResponse> answer)
    {
        _answer = answer;
        _listener.Start();
        _loop = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public string Host => $"127.0.0.1:{Port}";

    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    /// <summary>An exception of the test's own code, which must not look like an answer.</summary>
    public Exception? Fault { get; private set; }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _loop;
        _stop.Dispose();
        Fault.ShouldBeNull();
    }

    private async Task AcceptAsync()
    {
        List<Task> open = [];
        try
        {
            while (true)
            {
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(open);
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        await Task.Yield();
        using var _ = client;
        try
        {
            var stream = client.GetStream();
            if (await ReadAsync(stream) is { } request)
            {
                Requests.Enqueue(request);
                await WriteAsync(stream, request, _answer(request), client);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or SocketException)
        {
            // The client went away, or the test ended.
        }
        catch (Exception e)
        {
            Fault = e;
        }
    }

    private async Task<FakeRequest?> ReadAsync(NetworkStream stream)
    {
        var head = new List<byte>();
        var one = new byte[1];
        while (head.Count < 4 || head is not [.., 13, 10, 13, 10])
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
            {
                return null;
            }

            head.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. head]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines.Skip(1).Select(line => line.Split(": ", 2)).GroupBy(pair => pair[0], StringComparer.OrdinalIgnoreCase)
            .ToDictionary(group => group.Key, group => string.Join(", ", group.Select(pair => pair.Length > 1 ? pair[1] : "")), StringComparer.OrdinalIgnoreCase);
        var body = new byte[headers.TryGetValue("Content-Length", out var length) ? int.Parse(length, CultureInfo.InvariantCulture) : 0];
        await stream.ReadExactlyAsync(body, _stop.Token);
        var first = lines[0].Split(' ');
        return new(first[0], first[1], headers, body);
    }

    private async Task WriteAsync(NetworkStream stream, FakeRequest request, FakeResponse response, TcpClient client)
    {
        var head = new StringBuilder($"HTTP/1.1 {response.Status} X\r\nConnection: close\r\n");
        var length = response.DeclaredLength ?? response.Body.Length;
        if (length >= 0)
        {
            head.Append(CultureInfo.InvariantCulture, $"Content-Length: {length}\r\n");
        }

        foreach (var (name, value) in response.Headers)
        {
            head.Append(CultureInfo.InvariantCulture, $"{name}: {value}\r\n");
        }

        await stream.WriteAsync(Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), _stop.Token);
        if (request.Method != "HEAD")
        {
            await stream.WriteAsync(response.Body.AsMemory(0, Math.Min(response.CutAfter ?? int.MaxValue, response.Body.Length)), _stop.Token);
        }

        if (response.Stalls)
        {
            await stream.CopyToAsync(Stream.Null, _stop.Token); // until the client gives up
        }
        else if (response.CutAfter is null)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }
    }
}
