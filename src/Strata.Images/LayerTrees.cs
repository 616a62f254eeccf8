using Strata.Core;
using Strata.Layers.Mounting;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Layers.Views;
using Strata.Sandbox;

namespace Strata.Images;

/// <summary>
/// Layers and views as trees that sandboxes stand on: mounted from their image, or, where this host cannot mount images, extracted once. What was opened is not
/// removed from the store before this is disposed.
/// </summary>
/// <param name="owners">How owners are written where layers are extracted: asked for by the first that is.</param>
public sealed class LayerTrees(string dataDirectory, Func<OwnerPolicy> owners) : IDisposable
{
    private const int MountsMax = 64; // a run has few images; what is not kept is mounted anew

    private readonly Lazy<ExtractedLayers> _extracted = new(() => new(dataDirectory, owners()));
    private readonly Dictionary<Digest, LayerLease> _leases = []; // guarded by itself
    private readonly Dictionary<Digest, ViewLease> _views = []; // guarded by itself
    private readonly Lock _probing = new(); // guards the two methods
    private readonly Dictionary<FileStamp, LayerMount> _mounts = []; // seen nowhere; is its own lock
    private LayerMountMethod? _method;
    private LayerMountMethod? _viewMethod; // older kernels mount images, but none with devices

    public LayerTrees(string dataDirectory, OwnerPolicy owners)
        : this(dataDirectory, () => owners)
    {
    }

    /// <param name="lease">Becomes this object's.</param>
    /// <exception cref="IOException">The layer cannot be extracted: the disk is full or fails.</exception>
    public ValueTask<SandboxTree> OpenAsync(LayerLease lease, CancellationToken cancellationToken) => OpenAsync(Keep(lease), [], [], cancellationToken);

    /// <param name="lease">Becomes this object's.</param>
    /// <returns>It, or the one on the same layer that was held already.</returns>
    public LayerLease Keep(LayerLease lease)
    {
        var held = Held(_leases, lease.Digest, lease);
        if (held != lease)
        {
            lease.Dispose();
        }

        return held;
    }

    /// <inheritdoc cref="Keep(LayerLease)"/>
    public ViewLease Keep(ViewLease lease)
    {
        var held = Held(_views, lease.Image.Digest, lease);
        if (held != lease)
        {
            lease.Dispose();
        }

        return held;
    }

    /// <summary>
    /// The layers of a root, bottom first. Of one that is there several times, as steps that come out alike make it, the topmost alone: all that those below show is in it too, and an overlay refuses to
    /// stand on one tree twice.
    /// </summary>
    /// <param name="leases">Remain the caller's, who holds them as long as sandboxes stand on the layers.</param>
    /// <exception cref="IOException">A layer cannot be extracted: the disk is full or fails.</exception>
    public async ValueTask<IReadOnlyList<SandboxTree>> OpenStackAsync(IReadOnlyList<LayerLease> leases, CancellationToken cancellationToken)
    {
        var lowers = new List<SandboxTree>(leases.Count);
        for (var i = 0; i < leases.Count; i++)
        {
            if (!IsAmong(leases[i].Digest, leases, i + 1))
            {
                lowers.Add(await OpenAsync(leases[i], [], [], cancellationToken).ConfigureAwait(false));
            }
        }

        return lowers;
    }

    /// <param name="lease">Becomes this object's.</param>
    /// <exception cref="IOException">The view cannot be extracted: the disk is full or fails.</exception>
    public async ValueTask<SandboxTree> OpenAsync(ViewLease lease, CancellationToken cancellationToken)
    {
        var held = Keep(lease);
        return await OpenAsync(held.Image, held.Devices, held.DevicePaths, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="lease">Remains the caller's, or this object's if it keeps it.</param>
    /// <exception cref="IOException">The view cannot be extracted: the disk is full or fails.</exception>
    public ValueTask<SandboxTree> OpenSharedAsync(ViewLease lease, CancellationToken cancellationToken) =>
        OpenAsync(lease.Image, lease.Devices, lease.DevicePaths, cancellationToken);

    public void Dispose()
    {
        LetGo(_leases);
        LetGo(_views);
        lock (_mounts)
        {
            foreach (var mount in _mounts.Values)
            {
                mount.Dispose();
            }

            _mounts.Clear();
        }
    }

    private static T Held<T>(Dictionary<Digest, T> all, Digest digest, T lease)
    {
        lock (all)
        {
            return all.TryAdd(digest, lease) ? lease : all[digest];
        }
    }

    private static void LetGo<T>(Dictionary<Digest, T> all)
        where T : IDisposable
    {
        lock (all)
        {
            if (all.Count > 0)
            {
                foreach (var lease in all.Values)
                {
                    lease.Dispose();
                }

                all.Clear();
            }
        }
    }

    private async ValueTask<SandboxTree> OpenAsync(
        LayerLease image, IReadOnlyList<LayerLease> devices, IReadOnlyList<string> devicePaths, CancellationToken cancellationToken)
    {
        var method = Method(image.ImagePath, devicePaths);
        return method is LayerMountMethod.None
            ? new SandboxTree.HostDirectory(await _extracted.Value.OpenAsync(image, devices, cancellationToken).ConfigureAwait(false))
            : new SandboxTree.Mounted(
                $"{(devices.Count > 0 ? "view" : "layer")} {image.Digest.Short}", target => MountAt(target, image, devicePaths, method));
    }

    private static bool IsAmong(Digest digest, IReadOnlyList<LayerLease> leases, int first)
    {
        for (var i = first; i < leases.Count; i++)
        {
            if (leases[i].Digest == digest)
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The sandbox unmounts it. All jobs that stand on a layer share one file system: what one of them read, the next finds in memory.</summary>
    private void MountAt(string target, LayerLease image, IReadOnlyList<string> devices, LayerMountMethod method)
    {
        if (Shared(image.ImagePath, devices, method)?.TryAttachCopy(target) is not true)
        {
            LayerMount.At(target, image.ImagePath, devices, method).Mount.Dispose();
        }
    }

    /// <returns>Null: enough are kept, or the image is gone.</returns>
    private LayerMount? Shared(string image, IReadOnlyList<string> devices, LayerMountMethod method)
    {
        if (FileStamp.Find(image) is not { } file)
        {
            return null;
        }

        lock (_mounts)
        {
            if (!_mounts.TryGetValue(file, out var mount) && _mounts.Count < MountsMax)
            {
                _mounts.Add(file, mount = LayerMount.Open(image, devices, method));
            }

            return mount;
        }
    }

    /// <summary>Found out by mounting the first image of each kind, which is kept: it is needed in any case. Shifted owners exist in directories only.</summary>
    private LayerMountMethod Method(string image, IReadOnlyList<string> devices)
    {
        lock (_probing)
        {
            ref var method = ref devices.Count > 0 ? ref _viewMethod : ref _method;
            return method ??= owners().Shift != 0 ? LayerMountMethod.None
                : Works(image, devices, LayerMountMethod.File) ? LayerMountMethod.File
                : Works(image, devices, LayerMountMethod.Loop) ? LayerMountMethod.Loop
                : LayerMountMethod.None;
        }
    }

    private bool Works(string image, IReadOnlyList<string> devices, LayerMountMethod method)
    {
        try
        {
            if (Shared(image, devices, method) is null)
            {
                LayerMount.Open(image, devices, method).Dispose();
            }

            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }
}
