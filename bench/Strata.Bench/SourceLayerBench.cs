using System.Globalization;
using Strata.Layers.Sources;
using Strata.Layers.Store;

namespace Strata.Bench;

/// <summary>What it costs to find that a repository is unchanged, and to pack it when it is not.</summary>
internal static class SourceLayerBench
{
    private const int Files = 20_000;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult(
            "source-layer", $"The layer of a git repository of {Files} files: unchanged (git's listing and one look at each file), and after one edit.");
        using var directory = new ThrowawayDirectory();
        var workspace = directory.File("workspace");
        for (var i = 0; i < Files; i++)
        {
            var file = Path.Combine(workspace, $"src/package{i / 1000}/module{i / 50}", $"file{i}.ts");
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, string.Concat(Enumerable.Repeat($"export const x{i} = {i};\n", 1 + (i % 200))));
        }

        await Shell.RunAsync("git init -q && git add -A && git -c user.name=b -c user.email=b@b commit -qm one && find . -exec touch -h -d @1700000000 {} + && git status >/dev/null && sleep 3", workspace);
        var layers = new LocalLayerStore(directory.File("data"), TimeProvider.System).Of(LayerOrg.Of("bench"));
        var sources = new SourceLayers(directory.File("data"), TimeProvider.System);
        await CaptureAsync(edit: true);
        await Task.Delay(3000);
        var samples = await Measurement.InTurnAsync(
            15,
            ("unchanged", () => CaptureAsync(edit: false)),
            ("git status", () => Shell.RunAsync("git status --porcelain >/dev/null", workspace)),
            ("git ls-files", () => Shell.RunAsync("git ls-files -z --cached --others --exclude-standard >/dev/null", workspace)));
        var packing = await Measurement.InTurnAsync(
            5,
            ("one file edited", () => CaptureAsync(edit: true)),
            ("tar cf of the files", () => Shell.RunAsync("tar cf ../src.tar src", workspace)));
        result.Table([.. samples, .. packing]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"unchanged: {samples[0].Median:0.0} ms (figure: ≤ 60)"), samples[0].Median <= 60);
        return result;

        async Task CaptureAsync(bool edit)
        {
            if (edit)
            {
                await File.WriteAllTextAsync(Path.Combine(workspace, "src/package3/module60/file3000.ts"), Guid.NewGuid().ToString());
            }

            var source = await sources.CaptureAsync(workspace, LayerOrg.Of("bench"), layers, CancellationToken.None);
            source.Lease.Dispose();
            if (source.IsReused == edit)
            {
                throw new InvalidOperationException(edit ? "An edit was missed." : "An unchanged repository was packed.");
            }
        }
    }
}
