using System.Globalization;
using Strata.Layers.Packing;

namespace Strata.Bench;

/// <summary>A directory becomes a layer, index and digests included, against mkfs.erofs, which makes none.</summary>
internal static class PackDirectoryBench
{
    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult("pack-directory", $"{SampleTree.What}, warm, to an EROFS layer with its index and digests, against `mkfs.erofs` of the same tree.");
        using var directory = new ThrowawayDirectory();
        var tree = SampleTree.Make(directory);
        var (image, index, peer) = (directory.File("image"), directory.File("index"), directory.File("peer"));
        var samples = await Measurement.InTurnAsync(
            5,
            ("strata", async () =>
            {
                File.Delete(image);
                File.Delete(index);
                _ = await LayerPacker.FromDirectoryAsync(tree, new(image, index), PackOptions.Default, CancellationToken.None);
            }),
            ("mkfs.erofs", () => Shell.RunAsync($"rm -f {peer}; mkfs.erofs --quiet -E noinline_data {peer} tree", directory.Path)));
        result.Table(samples);
        var ratio = Measurement.Ratio(samples[0], samples[1]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}× mkfs.erofs (figure: ≤ 1.0)"), ratio <= 1.0);
        return result;
    }
}
