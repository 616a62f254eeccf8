using System.Globalization;
using Strata.Layers.Packing;

namespace Strata.Bench;

/// <summary>Many small files as one layer, against a transfer of each.</summary>
internal static class SmallFilesBench
{
    private const int Files = 10_000;
    private const int Rounds = 1; // ten thousand requests take long enough

    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult("upload-small-files", $"{Files} files of 1 to 8 KB in 100 directories to radosgw on loopback: packed, compressed, encrypted and stored as one blob, against tools that send file by file.");
        using var directory = new ThrowawayDirectory();
        using var server = RealS3.Start(repository, directory.File("rgw"));
        var tree = directory.File("tree");
        var random = new Random(1);
        for (var i = 0; i < Files; i++)
        {
            var path = Path.Combine(tree, string.Create(CultureInfo.InvariantCulture, $"d{i % 100}/f{i}"));
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            var content = new byte[random.Next(1000, 8000)];
            random.NextBytes(content);
            await File.WriteAllBytesAsync(path, content);
        }

        var samples = await Measurement.InTurnAsync(
            Rounds,
            () => server.EmptyAsync(),
            ("strata", () => PackAndStoreAsync(server.Url, tree, directory.File(Guid.NewGuid().ToString("n")))),
            ("aws s3 cp --recursive", () => Shell.RunAsync(server.Recursive("aws", tree), directory.Path)),
            ("rclone copy", () => Shell.RunAsync(server.Recursive("rclone", tree), directory.Path)));
        result.Table(samples);
        foreach (var peer in samples.Skip(1))
        {
            var ratio = Measurement.Ratio(peer, samples[0]);
            result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0.0}× as fast as {peer.Name} (figure: ≥ 5)"), ratio >= 5);
        }

        return result;
    }

    private static async Task PackAndStoreAsync(string url, string tree, string work)
    {
        Directory.CreateDirectory(work);
        var image = Path.Combine(work, "layer");
        var packed = await LayerPacker.FromDirectoryAsync(tree, new(image, null), PackOptions.Default, CancellationToken.None);
        await UploadBench.StoreAsync(url, work, UploadBench.Source(image, packed.Digest));
        File.Delete(image);
    }
}
