using System.Globalization;
using Strata.Layers.Differences;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;

namespace Strata.Bench;

/// <summary>What 100 changed files of a large tree cost to find.</summary>
internal static class LayerDifferenceBench
{
    private const int Changed = 100;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult(
            "layer-difference",
            $"The difference of {Changed} changed files in a tree of {ManyFiles.Count}, against a plain walk over the tree. The index is read each time.");
        using var directory = new ThrowawayDirectory();
        var tree = directory.File("tree");
        ManyFiles.Make(tree, 2 << 10);
        await LayerPacker.FromDirectoryAsync(tree, new(directory.File("0.erofs"), directory.File("0.index")), PackOptions.Default, CancellationToken.None);
        var upper = directory.File("upper");
        foreach (var name in ManyFiles.Names().Where((_, i) => i % (ManyFiles.Count / Changed) == 0))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(upper, name))!);
            File.WriteAllText(Path.Combine(upper, name), "changed");
        }

        var lowers = MergedTree.Of([LayerIndex.Open(directory.File("0.index"))]);
        var samples = await Measurement.InTurnAsync(
            15,
            ("difference, index included", () => Compute(directory, MergedTree.Of([LayerIndex.Open(directory.File("0.index"))]))),
            ("difference alone", () => Compute(directory, lowers)),
            ("find -newer", () => Shell.RunAsync("find tree -newer 0.erofs >/dev/null", directory.Path)));
        result.Table(samples);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{samples[0].Median:0.0} ms, index included (figure: ≤ 50)"), samples[0].Median <= 50);
        return result;
    }

    private static Task Compute(ThrowawayDirectory directory, MergedTree lowers)
    {
        using var difference = LayerDifference.Compute(
            new() { Upper = directory.File("upper"), Lowers = lowers, OpenLower = _ => throw new InvalidOperationException() }, CancellationToken.None);
        return difference.Entries.Count > Changed ? Task.CompletedTask : throw new InvalidOperationException("Changes were missed.");
    }
}
