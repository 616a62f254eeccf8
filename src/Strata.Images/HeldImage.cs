using Strata.Core;
using Strata.Images.Building;
using Strata.Images.Recipes;
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
        (Leases, Layers, Config, Origin, Manifest, _ownsLeases) = (found.Leases, found.Layers, found.Config, found.Record, found.Record?.Manifest, true);

    /// <param name="stack">Keeps its leases.</param>
    internal HeldImage(ImageStack stack, ImageRecipe recipe, IReadOnlyList<ResolvedLayer> layers)
    {
        (Leases, Layers, Config, Origin) = (stack.Leases, layers, stack.Config, stack.Origin);
        Titles = [.. stack.Layers.Select(static layer => layer.Title)];
        Labels = LabelsOf(recipe, stack.Origin?.Manifest);
    }

    private HeldImage(HeldImage image, ImageConfig config) =>
        (Leases, Layers, Config, Origin, Manifest, Titles, Labels, _ownsLeases) =
        (image.Leases, image.Layers, config, image.Origin, image.Manifest, image.Titles, image.Labels, image._ownsLeases);

    /// <summary>Bottom first.</summary>
    public IReadOnlyList<ResolvedLayer> Layers { get; }

    public ImageConfig Config { get; }

    /// <summary>The image digest (DESIGN §3). Computed each time.</summary>
    public Digest Digest => ImageDigest.OfImage(Layers, Config);

    /// <summary>Of the manifest or index it came with; null: it was made here.</summary>
    public Digest? Manifest { get; }

    /// <summary>Of each layer the instruction that made it, null: it came with the base. Empty: nothing was built on the base.</summary>
    internal IReadOnlyList<string?> Titles { get; } = [];

    internal IReadOnlyList<LayerLease> Leases { get; }

    /// <summary>The record of the registry's image it is or stands on; null: its base is none.</summary>
    internal (LayerOrg Org, Digest Manifest)? Origin { get; }

    /// <summary>Beside those of what it stands on (annotations of the OCI image specification).</summary>
    internal IReadOnlyDictionary<string, string> Labels { get; } = new Dictionary<string, string>();

    /// <summary>This image with other settings over its own; takes its place.</summary>
    internal HeldImage With(ImageConfig config) => new(this, Config.With(config));

    /// <summary>Nothing that differs between two builds of the same image.</summary>
    private static Dictionary<string, string> LabelsOf(ImageRecipe recipe, Digest? origin)
    {
        var labels = new Dictionary<string, string> { ["org.opencontainers.image.title"] = recipe.Name };
        if (origin is { } manifest && recipe.Base is BaseImage.Oci oci)
        {
            labels["org.opencontainers.image.base.name"] = oci.Reference;
            labels["org.opencontainers.image.base.digest"] = manifest.ToString();
        }

        return labels;
    }

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
