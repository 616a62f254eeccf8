using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Strata.Bench;

/// <summary>The distribution project's registry (package docker-registry) on loopback, for everybody.</summary>
internal sealed class LocalRegistry : IAsyncDisposable
{
    private static readonly TimeSpan StartMax = TimeSpan.FromSeconds(10);

    private readonly Process _process;

    private LocalRegistry(Process process, int port) => (_process, Host) = (process, string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}"));

    public string Host { get; }

    public static async Task<LocalRegistry> StartAsync(ThrowawayDirectory directory)
    {
        var port = FreePort();
        File.WriteAllText(directory.File("registry.yml"), $$$"""
            version: 0.1
            log: {level: error}
            storage: {filesystem: {rootdirectory: "{{{directory.File("registry")}}}"}}
            http: {addr: "127.0.0.1:{{{port}}}", secret: bench}
            """);
        var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"exec docker-registry serve {directory.File("registry.yml")} >/dev/null 2>&1"]))!;
        var registry = new LocalRegistry(process, port);
        var start = Stopwatch.GetTimestamp();
        while (!await AnswersAsync(port))
        {
            if (process.HasExited || Stopwatch.GetElapsedTime(start) > StartMax)
            {
                await registry.DisposeAsync();
                throw new InvalidOperationException("docker-registry did not start.");
            }

            await Task.Delay(20);
        }

        return registry;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> AnswersAsync(int port)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
