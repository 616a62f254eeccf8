using System.Globalization;
using Strata.Layers.Mounting;
using Strata.Layers.Packing;

namespace Strata.Bench;

/// <summary>A snapshot put in place by mounting, against unpacking the same files.</summary>
internal static class LayerMountBench
{
    private const int SizeMean = 20 << 10;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult("layer-mount", $"Mount and unmount of a layer of {ManyFiles.Count} files, 1 GB, against extracting its tar.zst.");
        using var directory = new ThrowawayDirectory();
        ManyFiles.Make(directory.File("tree"), SizeMean);
        await LayerPacker.FromDirectoryAsync(directory.File("tree"), new(directory.File("0.erofs"), null), PackOptions.Default, CancellationToken.None);
        await Shell.RunAsync("tar -C tree -cf - . | zstd -q -1 -o 0.tar.zst; rm -r tree; mkdir mounted", directory.Path);
        var samples = await Measurement.InTurnAsync(
            3,
            ("mount from the file", () => Mount(directory, LayerMountMethod.File)),
            ("mount through a loop device", () => Mount(directory, LayerMountMethod.Loop)),
            ("tar --zstd -x", () => Shell.RunAsync("mkdir extracted; tar --zstd -C extracted -xf 0.tar.zst; mv extracted gone-$$", directory.Path)));
        result.Table(samples);
        var ratio = Measurement.Ratio(samples[2], samples[0]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{samples[0].Median:0.00} ms (figure: ≤ 50)"), samples[0].Median <= 50);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0}× faster than extracting (figure: ≥ 100)"), ratio >= 100);
        return result;
    }

    private static Task Mount(ThrowawayDirectory directory, LayerMountMethod method)
    {
        using var mount = LayerMount.At(directory.File("mounted"), directory.File("0.erofs"), [], method);
        return Directory.Exists(directory.File("mounted/d0/e0")) ? Task.CompletedTask : throw new InvalidOperationException("Nothing was mounted.");
    }
}
