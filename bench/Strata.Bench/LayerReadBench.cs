using System.Globalization;
using Strata.Layers.Mounting;
using Strata.Layers.Packing;

namespace Strata.Bench;

/// <summary>Every byte of a mounted layer, against the same files extracted on the file system the layer's image is on.</summary>
internal static class LayerReadBench
{
    private const int SizeMean = 20 << 10;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        using var directory = new ThrowawayDirectory();
        var result = new BenchResult(
            "layer-read",
            $"`tar -cf -` of {ManyFiles.Count} files, 1 GB: in a mounted layer, and extracted ({new DriveInfo(directory.Path).DriveFormat}). Cold: nothing cached. Warm: all of it.");
        ManyFiles.Make(directory.File("extracted"), SizeMean);
        await LayerPacker.FromDirectoryAsync(directory.File("extracted"), new(directory.File("0.erofs"), null), PackOptions.Default, CancellationToken.None);
        Directory.CreateDirectory(directory.File("layer"));
        using var mount = LayerMount.At(directory.File("layer"), directory.File("0.erofs"), [], LayerMountMethod.File);
        foreach (var (state, rounds, prepare) in ((string, int, Func<Task>)[])[("cold", 3, PageCache.DropAsync), ("warm", 5, () => Task.CompletedTask)])
        {
            var samples = await Measurement.InTurnAsync(
                rounds, prepare, ($"layer, {state}", () => ReadAsync(directory, "layer")), ($"extracted, {state}", () => ReadAsync(directory, "extracted")));
            result.Table(samples);
            var ratio = Measurement.Ratio(samples[0], samples[1]);
            result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}× the extracted files, {state} (figure: ≤ 1.0)"), ratio <= 1.0);
        }

        return result;
    }

    /// <summary>Through a pipe: into /dev/null tar would not read at all.</summary>
    private static Task ReadAsync(ThrowawayDirectory directory, string tree) => Shell.RunAsync($"tar -C {tree} -cf - . | cat >/dev/null", directory.Path);
}
