using Microsoft.Win32.SafeHandles;
using Strata.Layers.Differences;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Layers.Saving;

/// <summary>One of the trees an overlay stands on, open. What holds it open is the caller's.</summary>
/// <param name="Devices">What a view stands on; of a layer nothing.</param>
/// <param name="IndexPath">Null: it was stored without one.</param>
public sealed record LowerLayer(SafeFileHandle Image, IReadOnlyList<SafeFileHandle> Devices, string? IndexPath)
{
    public static LowerLayer Of(LayerLease layer) => new(layer.Image, [], layer.IndexPath);

    public static LowerLayer Of(ViewLease view) => new(view.Image.Image, [.. view.Devices.Select(static device => device.Image)], view.Image.IndexPath);

    /// <summary>A layer that was written and is not stored.</summary>
    /// <param name="image">Its image.</param>
    internal static LowerLayer Of(LayerTarget written, SafeFileHandle image) => new(image, [], written.IndexPath);

    /// <summary>What it shows alone.</summary>
    /// <exception cref="DamagedLayerException">It has no index, or a damaged one.</exception>
    public MergedTree ReadTree() => MergedTree.Of([ReadIndex()]);

    /// <exception cref="DamagedLayerException">There is none, or it is damaged.</exception>
    internal LayerIndex ReadIndex() => LayerIndex.Open(IndexPath ?? throw new DamagedLayerException("A layer that a job stands on has no index."));
}
