using Strata.Core;
using Strata.Layers.Store;

namespace Strata.Images;

/// <summary>What a lock file writes of an image.</summary>
/// <param name="Digest">Of the manifest or index; of a suite its InRelease.</param>
/// <param name="Resolved">The image's full name; null for a suite.</param>
/// <param name="Packages">Of a suite: <c>name=version</c>, sorted.</param>
public sealed record ImagePin(Digest Digest, string? Resolved, IReadOnlyList<string> Packages);

/// <summary>An image whose layers are kept from removal until this is disposed.</summary>
public sealed class HeldImage : IDisposable
{
    internal HeldImage(ResolvedBase found) => (Leases, Layers, Config, Record) = (found.Leases, found.Layers, found.Config, found.Record);

    /// <summary>Bottom first.</summary>
    public IReadOnlyList<ResolvedLayer> Layers { get; }

    public ImageConfig Config { get; }

    /// <summary>Of the manifest or index it came with; null: it was made here.</summary>
    public Digest? Manifest => Record?.Manifest;

    internal IReadOnlyList<LayerLease> Leases { get; }

    internal (LayerOrg Org, Digest Manifest)? Record { get; }

    public void Dispose()
    {
        foreach (var lease in Leases)
        {
            lease.Dispose();
        }
    }
}
