using System.Collections.Concurrent;
using Strata.Core;
using Strata.Layers.Mounting;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Sandbox;

namespace Strata.Images;

/// <summary>
/// Layers as trees that sandboxes stand on: mounted from their image, or, where this host cannot mount images, extracted once. What was opened is not
/// removed from the store before this is disposed.
/// </summary>
public sealed class LayerTrees(string dataDirectory, OwnerPolicy owners) : IDisposable
{
    private readonly ExtractedLayers _extracted = new(dataDirectory, owners);
    private readonly ConcurrentDictionary<Digest, LayerLease> _leases = new();
    private readonly Lock _probing = new(); // guards _method
    private LayerMountMethod? _method;

    /// <param name="lease">Becomes this object's.</param>
    /// <exception cref="IOException">The layer cannot be extracted: the disk is full or fails.</exception>
    public async ValueTask<SandboxTree> OpenAsync(LayerLease lease, CancellationToken cancellationToken)
    {
        var held = _leases.GetOrAdd(lease.Digest, lease);
        if (held != lease)
        {
            lease.Dispose();
        }

        var method = Method(held.ImagePath);
        return method is LayerMountMethod.None
            ? new SandboxTree.HostDirectory(await _extracted.OpenAsync(held, cancellationToken).ConfigureAwait(false))
            : new SandboxTree.Mounted($"layer {held.Digest.Short}", target => MountAt(target, held.ImagePath, method));
    }

    public void Dispose()
    {
        foreach (var lease in _leases.Values)
        {
            lease.Dispose();
        }

        _leases.Clear();
    }

    /// <summary>The sandbox unmounts it: only the descriptor is closed here.</summary>
    private static void MountAt(string target, string image, LayerMountMethod method) => LayerMount.At(target, image, [], method).Mount.Dispose();

    /// <summary>Found out with the first image: it would be mounted in any case. Shifted owners exist in directories only.</summary>
    private LayerMountMethod Method(string image)
    {
        lock (_probing)
        {
            return _method ??= owners.Shift != 0 ? LayerMountMethod.None
                : LayerMountProbe.Works(image, LayerMountMethod.File) ? LayerMountMethod.File
                : LayerMountProbe.Works(image, LayerMountMethod.Loop) ? LayerMountMethod.Loop
                : LayerMountMethod.None;
        }
    }
}
