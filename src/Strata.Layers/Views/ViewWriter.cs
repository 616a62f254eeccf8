using Strata.Layers.Indexes;
using Strata.Layers.Packing;

namespace Strata.Layers.Views;

/// <summary>Writes views: names and where their data is, no data.</summary>
public static class ViewWriter
{
    /// <summary>The view is whole then; its name is the caller's to make durable. The same request gives the same bytes.</summary>
    /// <exception cref="DamagedLayerException">A layer contradicts itself or its index.</exception>
    /// <exception cref="HostileArchiveException">A path is too long or deep under its prefix.</exception>
    /// <exception cref="IOException">A layer cannot be read, or the target not be written.</exception>
    public static async Task<PackedLayer> WriteAsync(ViewRequest request, LayerTarget target, CancellationToken cancellationToken)
    {
        var tree = new ViewTree(request);
        var devices = tree.Fill(cancellationToken);
        var image = new ViewImage(tree.Names, devices);
        using var index = target.IndexPath is { } path ? new LayerIndexWriter(path) : null;
        using var summary = new LayerSummary(tree.Names, index);
        var writing = Task.Run(() => image.Write(target.ImagePath), CancellationToken.None);
        var summarizing = Task.Run(summary.Compute, CancellationToken.None); // beside the image: both only read the tree now
        await Task.WhenAll(writing, summarizing).ConfigureAwait(false);
        var (digest, size) = await writing.ConfigureAwait(false);
        return new(digest, size, await summarizing.ConfigureAwait(false), tree.Names.NodeCount, summary.ContentBytes);
    }
}
