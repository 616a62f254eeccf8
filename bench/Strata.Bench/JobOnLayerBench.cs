using System.Globalization;
using Strata.Layers.Mounting;
using Strata.Layers.Packing;
using Strata.Sandbox;

namespace Strata.Bench;

/// <summary>A job in a sandbox on two layers, base system and project, against the same job in a sandbox on the same files extracted.</summary>
internal static class JobOnLayerBench
{
    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult(
            "job-on-layer",
            "`npm test` of examples/node-app, from the start of its sandbox to its end: base system and project (dependencies installed) as mounted layers, and as extracted files. The layers are mounted once and shown to each job, as in a run.");
        using var directory = new ThrowawayDirectory();
        await using var host = SandboxModule.OpenHost(new() { DataDirectory = directory.File("data") });
        var project = await NodeProject.MakeAsync(host, directory, repository);
        foreach (var tree in (string[])[project.Root, project.Workspace])
        {
            await LayerPacker.FromDirectoryAsync(tree, new(tree + ".erofs", null), PackOptions.Default, CancellationToken.None);
        }

        var onLayers = NodeProject.Spec(Layer(project.Root), Layer(project.Workspace));
        var onFiles = NodeProject.Spec(project.Root, project.Workspace);
        await CompareAsync(result, 12, "extracted just now", () => Task.CompletedTask, isFigure: false); // whose pages are in memory in large pieces, for having been written
        await PageCache.DropAsync();
        await CompareAsync(result, 24, "warm", () => Task.CompletedTask, isFigure: true); // by having been read, both
        await CompareAsync(result, 9, "cold", PageCache.DropAsync, isFigure: true);
        return result;

        async Task CompareAsync(BenchResult result, int rounds, string state, Func<Task> prepare, bool isFigure)
        {
            var samples = await Measurement.InTurnAsync(rounds, prepare, ($"layers, {state}", () => TestAsync(host, onLayers)), ($"extracted, {state}", () => TestAsync(host, onFiles)));
            result.Table(samples);
            var ratio = Measurement.Ratio(samples[0], samples[1]);
            var (low, high) = Measurement.RatioBounds(samples[0], samples[1]);
            var figure = isFigure ? "figure: ≤ 1.0, or no difference to be seen" : "no figure: only to be known";
            result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}× extracted files, {state}, {low:0.00}–{high:0.00} with 95 % confidence ({figure})"), !isFigure || (low <= 1.0 && ratio <= 1.05));
        }
    }

    /// <summary>As LayerTrees of Strata.Images has it.</summary>
    private static SandboxTree.Mounted Layer(string tree)
    {
        LayerMount? mount = null;
        return new(Path.GetFileName(tree), target =>
        {
            mount ??= LayerMount.Open(tree + ".erofs", [], LayerMountMethod.File);
            if (!mount.TryAttachCopy(target))
            {
                LayerMount.At(target, tree + ".erofs", [], LayerMountMethod.File).Mount.Dispose();
            }
        });
    }

    private static async Task TestAsync(ISandboxHost host, SandboxSpec spec)
    {
        await using var sandbox = await host.StartAsync(spec, CancellationToken.None);
        await NodeProject.RunAsync(sandbox, "npm test", new Dictionary<string, string>());
    }
}
