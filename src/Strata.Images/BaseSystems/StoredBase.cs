using Strata.Core;
using Strata.Layers.Packing;
using Strata.Layers.Store;

namespace Strata.Images.BaseSystems;

/// <summary>A base system's layer in the store.</summary>
internal static class StoredBase
{
    /// <summary>Null: none is recorded, or it is gone or damaged and must be made again.</summary>
    public static async ValueTask<LayerLease?> FindAsync(ILayerPlace layers, string? layer, IProgress<string> progress, CancellationToken cancellationToken) =>
        Digest.TryParse(layer, null, out var digest) ? await OpenAsync(layers, digest, progress, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>Null: it is gone, or damaged, which is said.</summary>
    public static async ValueTask<LayerLease?> OpenAsync(ILayerPlace layers, Digest layer, IProgress<string> progress, CancellationToken cancellationToken)
    {
        var opening = await layers.OpenAsync(layer, cancellationToken).ConfigureAwait(false);
        if (opening.Miss is LayerMiss.Damaged or LayerMiss.Unreadable)
        {
            progress.Report($"warning: The layer {layer.Short} of a base image is damaged on this disk. It is put aside, and fetched or made again.");
        }

        return opening.Lease;
    }

    /// <param name="archive">Read to its end and disposed.</param>
    /// <exception cref="Layers.HostileArchiveException">Traversal, bombs, damage.</exception>
    public static async ValueTask<LayerLease> ImportAsync(ILayerPlace layers, Stream archive, CancellationToken cancellationToken)
    {
        using var write = layers.Start();
        var packed = await LayerPacker.FromTarAsync(archive, write.Target, TarPackOptions.Default, cancellationToken).ConfigureAwait(false);
        return (await write.CommitAsync(packed, cancellationToken).ConfigureAwait(false)).Lease!; // what was just hashed cannot mismatch
    }
}
