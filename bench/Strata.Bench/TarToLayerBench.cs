using System.Globalization;
using Strata.Layers.Packing;

namespace Strata.Bench;

/// <summary>A tar.gz becomes a layer, index and digests included, against tar, which writes the files alone.</summary>
internal static class TarToLayerBench
{
    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult("tar-to-layer", $"{SampleTree.What} as tar.gz, warm, to an EROFS layer with its index and digests, against `tar xzf`.");
        using var directory = new ThrowawayDirectory();
        _ = SampleTree.Make(directory);
        await Shell.RunAsync("tar -C tree -czf tree.tar.gz .", directory.Path);
        var (image, index) = (directory.File("image"), directory.File("index"));
        var samples = await Measurement.InTurnAsync(
            5,
            ("strata", async () =>
            {
                File.Delete(image);
                File.Delete(index);
                _ = await LayerPacker.FromTarAsync(File.OpenRead(directory.File("tree.tar.gz")), new(image, index), TarPackOptions.Default, CancellationToken.None);
            }),
            ("tar xzf", () => Shell.RunAsync("rm -rf out; mkdir out; tar -C out -xzf tree.tar.gz", directory.Path)));
        result.Table(samples);
        var ratio = Measurement.Ratio(samples[0], samples[1]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}× tar xzf (figure: ≤ 1.0; it also removes the tree of the round before)"), ratio <= 1.0);
        return result;
    }
}
