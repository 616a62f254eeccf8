using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Strata.Storage.Tests.Faults;

/// <param name="Number">From 1, in the order they came.</param>
/// <param name="Target">Path and query.</param>
public sealed record ProxiedRequest(int Number, string Method, string Target, long BodyLength);

/// <summary>
/// Stands before an HTTP server and does to each request what a schedule says. One request a connection. The head is passed on as it is (host too), so signatures hold.
/// </summary>
#pragma warning disable CA1001 // connections that end later still look at its token
public sealed class FaultProxy : IAsyncDisposable
#pragma warning restore CA1001
{
    private const int HeadMax = 64 << 10;

    private static readonly TimeSpan SlowPause = TimeSpan.FromMilliseconds(5);

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _target;
    private readonly Func<ProxiedRequest, Fault> _decide;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly Lock _line = new(); // guards when it is free
    private int _requests;
    private long _bodyBytes;
    private long _lineFreeAt = Stopwatch.GetTimestamp();

    public FaultProxy(Uri target, Func<ProxiedRequest, Fault> decide)
    {
        (_target, _decide) = (target, decide);
        _listener.Start();
        Endpoint = new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");
        _accepting = AcceptAsync();
    }

    public Uri Endpoint { get; }

    /// <summary>What all bodies together can bring in a second; null: as much as comes.</summary>
    public long? LineBytesPerSecond { get; init; }

    public int Requests => _requests;

    /// <summary>Bytes of request bodies that came in, whatever became of them.</summary>
    public long BodyBytes => Interlocked.Read(ref _bodyBytes);

    /// <summary>The same faults each time for the same seed and order: <paramref name="percent"/> of requests get one of them.</summary>
    public static Func<ProxiedRequest, Fault> Seeded(int seed, int percent, params Fault[] faults)
    {
        var random = new Random(seed);
        return _ =>
        {
            lock (random)
            {
                return random.Next(100) < percent ? faults[random.Next(faults.Length)] : Fault.None;
            }
        };
    }

    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested)
        {
            return;
        }

        await _stop.CancelAsync();
        _listener.Stop();
        await _accepting;
    }

    private async Task AcceptAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using var socket = client;
        try
        {
            socket.NoDelay = true;
            if (await ReadHeadAsync(socket) is not { } head)
            {
                return;
            }

            var request = Parse(head.Text);
            var fault = _decide(request);
            if (fault == Fault.ResetAtStart)
            {
                Reset(socket);
                return;
            }

            var whole = fault is Fault.ResetInRequest or Fault.StallRequest ? request.BodyLength / 2 : request.BodyLength;
            var body = await ReadBodyAsync(socket, head.Body, (int)whole, fault == Fault.Slow);
            await ActAsync(socket, request, fault, head.Text, body);
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // one of the two has gone: so do we
        }
    }

    private async Task ActAsync(Socket socket, ProxiedRequest request, Fault fault, string head, byte[] body)
    {
        switch (fault)
        {
            case Fault.ResetInRequest:
                Reset(socket);
                return;
            case Fault.StallRequest:
                await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
                return;
            case Fault.InternalError or Fault.SlowDown or Fault.Conflict or Fault.PreconditionFailed or Fault.Forbidden:
                await socket.SendAsync(Refusal(fault, request.Method == "HEAD"), SocketFlags.None, _stop.Token);
                socket.Shutdown(SocketShutdown.Send);
                return;
            case Fault.CorruptRequest when body.Length > 0:
                body[body.Length / 2] ^= 0x20;
                break;
            default:
                break;
        }

        var answer = await ForwardAsync(head, body);
        if (fault == Fault.LoseAnswer)
        {
            Reset(socket);
            return;
        }

        var bodyStart = answer.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        var half = answer.Length > bodyStart ? bodyStart + ((answer.Length - bodyStart) / 2) : bodyStart / 2; // of an answer without body, its head
        if (fault == Fault.CorruptAnswer && answer.Length > bodyStart)
        {
            answer[half] ^= 0x20;
        }

        var sent = fault is Fault.StallAnswer or Fault.ShortAnswer ? answer.AsMemory(0, half) : answer;
        await SendAsync(socket, sent, fault == Fault.Slow);
        if (fault == Fault.StallAnswer)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _stop.Token);
        }

        socket.Shutdown(SocketShutdown.Send);
    }

    private async Task<byte[]> ForwardAsync(string head, byte[] body)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await server.ConnectAsync(_target.Host, _target.Port, _stop.Token);
        var closing = head.Replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n", StringComparison.Ordinal); // the answer ends with the connection
        await SendAsync(server, Encoding.Latin1.GetBytes(closing), isSlow: false);
        await SendAsync(server, body, isSlow: false);
        using var answer = new MemoryStream();
        var piece = new byte[64 << 10];
        while (await server.ReceiveAsync(piece, SocketFlags.None, _stop.Token) is > 0 and var read)
        {
            answer.Write(piece, 0, read);
        }

        return answer.ToArray();
    }

    private async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, bool isSlow)
    {
        var size = isSlow ? Math.Max(1_000, bytes.Length / 20) : 256 << 10;
        for (var offset = 0; offset < bytes.Length;)
        {
            offset += await socket.SendAsync(bytes.Slice(offset, Math.Min(size, bytes.Length - offset)), SocketFlags.None, _stop.Token);
            if (isSlow)
            {
                await Task.Delay(SlowPause, _stop.Token);
            }
        }
    }

    private async Task<(string Text, byte[] Body)?> ReadHeadAsync(Socket socket)
    {
        var buffer = new byte[HeadMax];
        for (var length = 0; length < buffer.Length;)
        {
            var read = await socket.ReceiveAsync(buffer.AsMemory(length), SocketFlags.None, _stop.Token);
            if (read == 0)
            {
                return null;
            }

            length += read;
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8) + 4;
            if (end > 3)
            {
                return (Encoding.Latin1.GetString(buffer, 0, end), buffer[end..length]);
            }
        }

        return null;
    }

    private async Task<byte[]> ReadBodyAsync(Socket socket, byte[] first, int length, bool isSlow)
    {
        var body = new byte[length];
        var total = Math.Min(first.Length, length);
        first.AsSpan(0, total).CopyTo(body);
        Interlocked.Add(ref _bodyBytes, total);
        while (total < length)
        {
            var read = await socket.ReceiveAsync(
                body.AsMemory(total, isSlow || LineBytesPerSecond is not null ? Math.Min(64 << 10, length - total) : length - total), SocketFlags.None, _stop.Token);
            if (read == 0)
            {
                throw new IOException("the client has gone");
            }

            Interlocked.Add(ref _bodyBytes, read);
            total += read;
            await Task.Delay(LineTurn(read), _stop.Token);
        }

        return body;
    }

    /// <summary>How long who brought so many bytes waits for the line: it is one for all.</summary>
    private TimeSpan LineTurn(int bytes)
    {
        if (LineBytesPerSecond is not { } rate)
        {
            return TimeSpan.Zero;
        }

        lock (_line)
        {
            var now = Stopwatch.GetTimestamp();
            _lineFreeAt = Math.Max(now, _lineFreeAt) + (bytes * Stopwatch.Frequency / rate);
            return Stopwatch.GetElapsedTime(now, _lineFreeAt);
        }
    }

    private ProxiedRequest Parse(string head)
    {
        var lines = head.Split("\r\n");
        var first = lines[0].Split(' ');
        var length = lines.FirstOrDefault(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase))?["Content-Length:".Length..].Trim();
        return new(Interlocked.Increment(ref _requests), first[0], first[1], length is null ? 0 : long.Parse(length, CultureInfo.InvariantCulture));
    }

    private static byte[] Refusal(Fault fault, bool isHead)
    {
        var (status, code) = fault switch
        {
            Fault.InternalError => ("500 Internal Server Error", "InternalError"),
            Fault.SlowDown => ("503 Service Unavailable", "SlowDown"),
            Fault.Conflict => ("409 Conflict", "ConditionalRequestConflict"),
            Fault.PreconditionFailed => ("412 Precondition Failed", "PreconditionFailed"),
            _ => ("403 Forbidden", "AccessDenied"),
        };
        var body = $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>made up</Message></Error>";
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 {status}\r\nContent-Type: application/xml\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n{(isHead ? "" : body)}");
    }

    /// <summary>RST instead of FIN.</summary>
    private static void Reset(Socket socket)
    {
        socket.LingerState = new(enable: true, seconds: 0);
        socket.Close();
    }
}
