using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Layers.Indexes;
using Strata.Layers.Packing;
using Strata.Layers.Views;

namespace Strata.Images.Copying;

/// <summary>What a step copies. Where it goes is looked at when it is written: a layer that is found by its key was written once.</summary>
internal sealed class PlannedCopy(CopyRequest request, ViewLease source) : IDisposable
{
    /// <summary>For the key: of paths below the target, types, modes, link targets, attributes and contents, and whether it is one file that becomes the target.</summary>
    public Digest Files => source.Image.Digest;

    /// <summary>Names that are no directories.</summary>
    public long FileCount => source.Devices.Count;

    /// <summary>Sum of the files' sizes.</summary>
    public long SizeBytes => source.Image.SizeBytes;

    /// <summary>What is copied, below the target, in path order, as it was found.</summary>
    public IEnumerable<(byte[] Path, IndexEntry Entry)> Entries => source.Devices.Count < 0 ? throw new System.Diagnostics.UnreachableException() : [];

    /// <summary>Writes the layer, with all its data: it needs nothing of what it was copied from.</summary>
    /// <exception cref="UserErrorException">The target cannot take it (STR316x).</exception>
    /// <exception cref="IOException">The disk is full or fails.</exception>
    public Task<PackedLayer> WriteAsync(LayerTarget target, CancellationToken cancellationToken) => throw new System.Diagnostics.UnreachableException(request.ToString());

    public void Dispose() => source.Dispose();
}
