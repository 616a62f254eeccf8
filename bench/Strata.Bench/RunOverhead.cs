using System.Globalization;
using Strata.Sandbox;

namespace Strata.Bench;

/// <summary>What <c>strata run</c> of one job with one <c>true</c> step costs over its sandbox alone, and what the wrapper script adds.</summary>
internal static class RunOverhead
{
    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult("run-overhead", "One job, one step `true`, image present, no network, against the sandbox alone in a running process.");
        using var directory = new ThrowawayDirectory();
        var tree = await TinyTree.MakeAsync(directory);
        File.WriteAllText(directory.File("strata.yml"), """
            images: { tiny: { from: "rootfs:tiny.tar" } }
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);
        await Task.Delay(TimeSpan.FromSeconds(3)); // a file that changed just now is imported again by each run: the image would not be "present"
        await using var host = SandboxModule.OpenHost(new() { DataDirectory = directory.File("alone") });
        string[] run = ["run", "strata.yml", "--data", directory.File("data")];
        var samples = await Measurement.InTurnAsync(
            20,
            ("./strata run", () => Shell.RunAsync(Path.Combine(repository, "strata"), run, directory.Path)),
            ("the sandbox alone", () => SandboxStart.StartAndRunTrueAsync(host, tree, network: false)),
            ("the program alone, as the script starts it", () => Shell.RunAsync("env", ["DOTNET_EnableWriteXorExecute=0", "DOTNET_EnableDiagnostics=0", Path.Combine(repository, ".build/strata/strata"), .. run], directory.Path)));
        result.Table(samples);
        var over = Measurement.Difference(samples[0], samples[1]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{over:0} ms over the sandbox alone (figure: ≤ 150)"), over <= 150);
        var wrapper = Measurement.Difference(samples[0], samples[2]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"the wrapper script adds {wrapper:0.0} ms (figure: nothing to notice, ≤ 10)"), wrapper <= 10);
        return result;
    }
}
