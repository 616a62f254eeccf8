using System.Globalization;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Bench;

/// <summary>A view of a large layer under a prefix: made, found again, and against unpacking the same files.</summary>
internal static class ViewWriteBench
{
    public static async Task<BenchResult> RunAsync(string repository)
    {
        var result = new BenchResult(
            "view-write",
            $"A view of a layer of {ManyFiles.Count} files under a prefix, with its index and digests, synced to the disk; against `tar x` of the same files.");
        using var directory = new ThrowawayDirectory();
        ManyFiles.Make(directory.File("tree"), 2 << 10);
        await Shell.RunAsync("tar -C tree -cf 0.tar .", directory.Path);
        var place = new LocalLayerStore(directory.File("data"), TimeProvider.System).Public;
        using var layer = await PackAsync(place, directory.File("tree"));
        var views = new LayerViews(place, []);
        var request = new ViewRequest { Parts = [new() { Layers = [layer], Prefix = "root/.npm"u8.ToArray() }] };
        var made = 0u;
        (await views.OpenAsync(request, CancellationToken.None)).Lease!.Dispose();
        Task MakeAsync() => OpenAsync(views, request with { Modified = new(++made, 0) }, wasMade: true);
        var samples = await Measurement.InTurnAsync(
            25,
            ("view made and stored", MakeAsync),
            ("view found again", () => OpenAsync(views, request, wasMade: false)),
            ("view written alone", () => WriteAsync(request, directory.File("view"))));
        var against = await Measurement.InTurnAsync( // apart: what it leaves to be written would delay the other's sync
            5,
            ("tar x", () => Shell.RunAsync("mkdir extracted; tar -C extracted -xf 0.tar; mv extracted gone-$$; sync -f .", directory.Path)),
            ("view made and stored, in turn with it", MakeAsync));
        result.Table([.. samples, .. against]);
        var ratio = Measurement.Ratio(against[0], against[1]);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{samples[0].Median:0.0} ms to write (figure: ≤ 60)"), samples[0].Median <= 60);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{samples[1].Median:0.00} ms when it is there, nothing is written (figure: 0)"), samples[1].Median < 1);
        result.Figure(string.Create(CultureInfo.InvariantCulture, $"{ratio:0}× faster than unpacking and syncing"), ratio >= 10);
        return result;
    }

    private static async Task<LayerLease> PackAsync(ILayerPlace place, string tree)
    {
        using var write = place.Start();
        var packed = await LayerPacker.FromDirectoryAsync(tree, write.Target, PackOptions.Default, CancellationToken.None);
        return (await write.CommitAsync(packed, CancellationToken.None)).Lease!;
    }

    private static async Task OpenAsync(LayerViews views, ViewRequest request, bool wasMade)
    {
        var opening = await views.OpenAsync(request, CancellationToken.None);
        opening.Lease!.Dispose();
        if (opening.WasMade != wasMade)
        {
            throw new InvalidOperationException("The view was there already, or was not found.");
        }
    }

    private static async Task WriteAsync(ViewRequest request, string image)
    {
        await ViewWriter.WriteAsync(request, new(image, image + ".index"), CancellationToken.None);
        File.Delete(image);
        File.Delete(image + ".index");
    }
}
