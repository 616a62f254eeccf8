using System.Globalization;
using Strata.Layers.Packing;
using Strata.Layers.Secrets;

namespace Strata.Bench;

/// <summary>How fast a layer passes the search for secrets before it is stored.</summary>
internal static class SecretGateBench
{
    private const int Secrets = 10;
    private const string Tree = "/usr/bin";

    public static async Task<BenchResult> RunAsync(string repository)
    {
        using var directory = new ThrowawayDirectory();
        var target = new LayerTarget(directory.File("image"), null);
        var layer = await LayerPacker.FromDirectoryAsync(Tree, target, PackOptions.Default, CancellationToken.None);
        var result = new BenchResult(
            "secret-gate",
            $"A layer of {layer.EntryCount} names and {layer.ContentBytes >> 20} MiB (this host's {Tree}) through the gate with {Secrets} secrets in all their forms, in the page cache.");
        var random = new Random(1);
        var gate = new SecretGate(Enumerable.Range(0, Secrets).ToDictionary(i => $"S{i}", _ => MaskingBench.Secret(random)));
        var samples = await Measurement.InTurnAsync(
            5, ("gate", () => Check(gate, target)), ("gate without secrets", () => Check(new(new Dictionary<string, string>()), target)), ("sha256sum", () => Shell.RunAsync("sha256sum image >/dev/null", directory.Path)));
        var speed = layer.ContentBytes / 1e6 / (samples[0].Median / 1e3);
        result.Table(samples);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{speed:0} MB/s (figure: ≥ 300)"), speed >= 300);
        return result;
    }

    private static Task Check(SecretGate gate, LayerTarget target) =>
        gate.Check(target, [], CancellationToken.None).All(f => f.Secret is null) ? Task.CompletedTask : throw new InvalidOperationException("There is no such secret.");
}
