using Strata.Core;
using Strata.Layers;
using Strata.Layers.Differences;
using Strata.Layers.Indexes;
using Strata.Layers.Store;

namespace Strata.Images.Building;

/// <summary>An image as far as it is built: its layers, held, and what it says of itself. Not for concurrent use while it grows.</summary>
internal sealed class ImageStack : IDisposable
{
    private readonly List<LayerLease> _leases;
    private readonly List<StackLayer> _layers;
    private readonly int _below; // leases of another stack
    private MergedTree? _tree;

    /// <param name="found">Its leases become this object's.</param>
    public ImageStack(HeldImage found)
    {
        _leases = [.. found.Leases];
        _layers = [.. found.Layers.Select(static layer => new StackLayer(layer, null))];
        (Config, Origin) = (found.Config, found.Origin);
    }

    /// <summary>An image on another one, which must live longer.</summary>
    public ImageStack(ImageStack below)
    {
        _leases = [.. below._leases];
        _below = _leases.Count;
        _layers = [.. below._layers];
        _tree = below._tree;
        (Config, IsShareable, Origin) = (below.Config, below.IsShareable, below.Origin);
    }

    /// <summary>Bottom first.</summary>
    public IReadOnlyList<LayerLease> Leases => _leases;

    public IReadOnlyList<StackLayer> Layers => _layers;

    public ImageConfig Config { get; set; }

    /// <summary>The record of the registry's image below all; null: the base is none.</summary>
    public (LayerOrg Org, Digest Manifest)? Origin { get; }

    /// <summary>No secret was there when one of its layers was made.</summary>
    public bool IsShareable { get; private set; } = true;

    public Digest SnapshotDigest => ImageDigest.OfSnapshot(_layers.ConvertAll(static layer => layer.Layer.Digest));

    /// <summary>What the layers show together.</summary>
    /// <exception cref="DamagedLayerException">An index makes no sense.</exception>
    public MergedTree Tree => _tree ??= MergedTree.Of(_leases.ConvertAll(static lease => LayerIndex.Open(
        lease.IndexPath ?? throw new DamagedLayerException($"The layer {lease.Digest.Short} has no index."))));

    /// <param name="lease">Becomes this object's.</param>
    /// <param name="title">The instruction that made it.</param>
    public void Add(LayerLease lease, ResolvedLayer layer, string title, bool isShareable)
    {
        _leases.Add(lease);
        _layers.Add(new(layer, title));
        IsShareable &= isShareable;
        _tree = null;
    }

    public void Dispose()
    {
        for (var i = _below; i < _leases.Count; i++)
        {
            _leases[i].Dispose();
        }
    }
}

/// <param name="Title">The instruction that made it; null: it came with the base.</param>
internal sealed record StackLayer(ResolvedLayer Layer, string? Title);
