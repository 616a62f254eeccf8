using Strata.Core;
using Strata.Images.Building;
using Strata.Layers.Store;

namespace Strata.Images;

/// <summary>What a lock file writes of an image.</summary>
/// <param name="Digest">Of the manifest or index; of a suite its InRelease.</param>
/// <param name="Resolved">The image's full name; null for a suite.</param>
/// <param name="Packages">Of a suite: <c>name=version</c>, sorted.</param>
public sealed record ImagePin(Digest Digest, string? Resolved, IReadOnlyList<string> Packages);

/// <summary>An image whose layers are kept from removal until this, or the builder it came from, is disposed.</summary>
public sealed class HeldImage : IDisposable
{
    private readonly bool _ownsLeases;

    internal HeldImage(ResolvedBase found) =>
        (Leases, Layers, Config, Record, _ownsLeases) = (found.Leases, found.Layers, found.Config, found.Record, true);

    /// <param name="stack">Keeps its leases.</param>
    internal HeldImage(ImageStack stack, IReadOnlyList<ResolvedLayer> layers)
    {
        (Leases, Layers, Config) = (stack.Leases, layers, stack.Config);
        Titles = [.. stack.Layers.Select(static layer => layer.Title)];
    }

    private HeldImage(HeldImage image, ImageConfig config) =>
        (Leases, Layers, Config, Record, Titles, _ownsLeases) = (image.Leases, image.Layers, config, image.Record, image.Titles, image._ownsLeases);

    /// <summary>Bottom first.</summary>
    public IReadOnlyList<ResolvedLayer> Layers { get; }

    public ImageConfig Config { get; }

    /// <summary>The image digest (DESIGN §3). Computed each time.</summary>
    public Digest Digest => ImageDigest.OfImage(ImageDigest.OfSnapshot([.. Layers.Select(static layer => layer.Digest)]), Config);

    /// <summary>Of the manifest or index it came with; null: it was made here.</summary>
    public Digest? Manifest => Record?.Manifest;

    /// <summary>Of each layer the instruction that made it, null: it came with the base. Empty: nothing was built on the base.</summary>
    internal IReadOnlyList<string?> Titles { get; } = [];

    internal IReadOnlyList<LayerLease> Leases { get; }

    internal (LayerOrg Org, Digest Manifest)? Record { get; }

    /// <summary>This image with other settings over its own; takes its place.</summary>
    internal HeldImage With(ImageConfig config) => new(this, Config.With(config));

    public void Dispose()
    {
        if (!_ownsLeases)
        {
            return;
        }

        foreach (var lease in Leases)
        {
            lease.Dispose();
        }
    }
}
