using System.Globalization;

namespace Strata.Bench;

/// <summary>An image of a registry on this host, pulled into nothing: Strata (layers verified, packed, indexed, on disk) against skopeo with umoci, and podman.</summary>
internal static class PullImageBench
{
    private const int Layers = 5, DirectoriesOfLayer = 8; // of the sample tree's 50: some 500 MB as the registry has it
    private const long MemoryMax = 256_000_000;

    public static async Task<BenchResult> RunAsync(string repository)
    {
        using var directory = new ThrowawayDirectory();
        await using var registry = await LocalRegistry.StartAsync(directory);
        var image = $"{registry.Host}/sample:1";
        var (packedMb, files) = await PushAsync(directory, image);
        var result = new BenchResult("pull-image", $"An image of {Layers} gzip layers, {packedMb} MB in a registry on this host, {files} files, into an empty place. Only Strata waits until it is on disk.");
        var strata = Path.Combine(repository, "strata");
        string[] pull = ["image", "pull", image, "--data", directory.File("out/data")];
        var samples = await Measurement.InTurnAsync(
            3,
            () => EmptyAsync(directory),
            ("strata image pull", () => Shell.RunAsync(strata, pull, directory.Path)),
            ("skopeo copy, umoci unpack", () => Shell.RunAsync(
                $"skopeo copy -q --src-tls-verify=false docker://{image} oci:out/layout:1 && umoci unpack --image out/layout:1 out/bundle", directory.Path)),
            ("podman pull", () => Shell.RunAsync(
                $"podman --root {directory.File("out/podman")} --runroot {directory.File("out/podman-run")} --storage-driver overlay pull -q --tls-verify=false {image}", directory.Path)));
        await EmptyAsync(directory);
        var peak = await PeakMemory.OfAsync(strata, pull, directory.Path);
        result.Table(samples);
        foreach (var peer in samples.Skip(1))
        {
            var ratio = Measurement.Ratio(samples[0], peer);
            result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0.00}× {peer.Name} (figure: < 1.0)"), ratio < 1.0);
        }

        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{peak / 1e6:0} MB of memory at most (figure: < 256)"), peak < MemoryMax);
        return result;
    }

    private static Task EmptyAsync(ThrowawayDirectory directory) => Shell.RunAsync(
        "umount -q out/podman/overlay; rm -rf out && mkdir out && sync", directory.Path); // podman binds its storage onto itself

    private static async Task<(long PackedMb, int Files)> PushAsync(ThrowawayDirectory directory, string image)
    {
        SampleTree.Make(directory);
        await Shell.RunAsync("umoci init --layout layout && umoci new --image layout:1", directory.Path);
        for (var i = 0; i < Layers; i++)
        {
            var parts = string.Join(' ', Enumerable.Range(i * DirectoriesOfLayer, DirectoriesOfLayer).Select(d => $"d{d}"));
            await Shell.RunAsync($"tar --owner=0 --group=0 -C tree -cf layer.tar {parts} && umoci raw add-layer --image layout:1 layer.tar && rm layer.tar", directory.Path);
        }

        var files = Enumerable.Range(0, Layers * DirectoriesOfLayer).Sum(d => Directory.EnumerateFiles(directory.File($"tree/d{d}"), "*", SearchOption.AllDirectories).Count());
        var packed = new DirectoryInfo(directory.File("layout/blobs")).EnumerateFiles("*", SearchOption.AllDirectories).OrderByDescending(f => f.Length).Take(Layers).Sum(f => f.Length);
        await Shell.RunAsync($"skopeo copy -q --dest-tls-verify=false oci:layout:1 docker://{image} && rm -r tree layout", directory.Path);
        return (packed / 1_000_000, files);
    }
}
