using Strata.Sandbox.Processes;

namespace Strata.Bench;

/// <summary>A docker daemon of this benchmark alone, without a bridge and without tables. It turns ip_forward on: that is put back.</summary>
internal sealed class DockerDaemon : IAsyncDisposable
{
    private const string IpForward = "/proc/sys/net/ipv4/ip_forward";
    private const int Terminate = 15; // SIGTERM

    private readonly string _forwarded = File.ReadAllText(IpForward);
    private readonly ChildProcess _daemon;
    private readonly string _socket;

    private DockerDaemon(string root)
    {
        _socket = $"{root}/s";
        _daemon = ChildProcess.Start(new()
        {
            FileName = "/bin/sh",
            Arguments = ["-c", $"exec dockerd --data-root {root}/data --exec-root {root}/exec -H unix://{_socket} -p {root}/pid --storage-driver overlay2"
                + $" --iptables=false --ip6tables=false --bridge=none > {root}/log 2>&1"],
            WorkingDirectory = root,
        });
    }

    /// <exception cref="TimeoutException">It does not answer.</exception>
    public static async Task<DockerDaemon> StartAsync(ThrowawayDirectory directory)
    {
        var root = directory.File("docker");
        Directory.CreateDirectory(root);
        var daemon = new DockerDaemon(root);
        for (var i = 0; !File.Exists(daemon._socket); i++)
        {
            if (i == 200 || daemon._daemon.Exit.IsCompleted)
            {
                await daemon.DisposeAsync();
                throw new TimeoutException($"dockerd did not start: {File.ReadAllText($"{root}/log")}");
            }

            await Task.Delay(100);
        }

        return daemon;
    }

    /// <param name="arguments">Of the docker command, for a shell.</param>
    public Task RunAsync(string arguments, string directory) => Shell.RunAsync($"exec docker -H unix://{_socket} {arguments}", directory);

    public async ValueTask DisposeAsync()
    {
        _daemon.Signal(Terminate);
        await _daemon.Exit;
        _daemon.Dispose();
        await File.WriteAllTextAsync(IpForward, _forwarded);
    }
}
