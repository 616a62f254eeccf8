using System.Globalization;
using Strata.Sandbox;

namespace Strata.Bench;

/// <summary>Start to exit of /bin/true in a fresh sandbox, against the bare runtime and podman on the same tree.</summary>
internal static class SandboxStart
{
    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult("sandbox-start", "Start to exit of `/bin/true` in a fresh sandbox: Strata (overlays, limits, id maps, seccomp, then removed), the bare runtime on a hand-made overlay, podman on the same tree.");
        using var directory = new ThrowawayDirectory();
        var tree = await TinyTree.MakeAsync(directory);
        await using var host = SandboxModule.OpenHost(new() { DataDirectory = directory.File("data") });
        await using var bare = await BareRuntime.PrepareAsync(host, directory, tree);
        var podman = new Podman(directory, tree);
        var samples = await Measurement.InTurnAsync(
            20,
            ("strata, network none", () => StartAndRunTrueAsync(host, tree, network: false)),
            ("strata, default network", () => StartAndRunTrueAsync(host, tree, network: true)),
            ("bare runtime", bare.RunAsync),
            ("podman run --rootfs", podman.RunAsync));
        result.Table(samples);
        var toBare = Measurement.Ratio(samples[0], samples[2]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{toBare:0.00}× the bare runtime (figure: ≤ 1.5)"), toBare <= 1.5);
        var toPodman = Measurement.Ratio(samples[3], samples[0]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{toPodman:0.0}× faster than podman run (figure: ≥ 5)"), toPodman >= 5);
        var network = Measurement.Difference(samples[1], samples[0]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"the default network adds {network:0.0} ms (figure: ≤ 15)"), network <= 15);
        return result;
    }

    public static async Task StartAndRunTrueAsync(ISandboxHost host, string tree, bool network)
    {
        var spec = new SandboxSpec { Name = "bench", RootLowers = [tree], WorkspaceLowers = [], Network = network, Site = false };
        await using var sandbox = await host.StartAsync(spec, CancellationToken.None);
        var outcome = await sandbox.ExecAsync(
            new ExecSpec { Arguments = ["/bin/true"], Environment = new Dictionary<string, string> { ["PATH"] = "/bin" }, WorkingDirectory = "/" },
            Nowhere.Instance, CancellationToken.None);
        if (outcome.ExitCode != 0)
        {
            throw new InvalidOperationException($"/bin/true: {outcome}");
        }
    }

    private sealed class Nowhere : IExecOutput
    {
        public static Nowhere Instance { get; } = new();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
