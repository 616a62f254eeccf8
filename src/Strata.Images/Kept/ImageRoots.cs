using Strata.Core;
using Strata.Images.BaseSystems;
using Strata.Images.Registries;
using Strata.Layers.Store;

namespace Strata.Images.Kept;

/// <summary>The layers that records of images and base systems name: they are not collected (docs/format/layer-store.md).</summary>
public sealed class ImageRoots(string dataDirectory) : ILayerRoots
{
    private readonly PulledImages _images = new(dataDirectory);
    private readonly BaseRecords _bases = new(dataDirectory);

    public ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken)
    {
        var names = new HashSet<LayerName>();
        foreach (var image in _images.List())
        {
            cancellationToken.ThrowIfCancellationRequested();
            foreach (var layer in image.Layers)
            {
                Add(names, image.Org, layer);
            }
        }

        foreach (var (_, record) in _bases.List())
        {
            foreach (var layer in record.Earlier is null ? [record.Layer] : (IEnumerable<string>)[record.Layer, .. record.Earlier.Select(build => build.Layer)])
            {
                Add(names, record.Org ?? ImageOwner.Local.Org.Name, layer);
            }
        }

        return ValueTask.FromResult<IReadOnlySet<LayerName>>(names);
    }

    public async ValueTask<bool> IsReferencedAsync(LayerName layer, CancellationToken cancellationToken) =>
        (await ListAsync(cancellationToken).ConfigureAwait(false)).Contains(layer);

    /// <summary>An organization's image may stand on public layers.</summary>
    private static void Add(HashSet<LayerName> names, string org, string layer)
    {
        if (Digest.TryParse(layer, null, out var digest))
        {
            names.Add(new(LayerOrg.Public, digest));
            if (LayerOrg.TryParse(org, out var own))
            {
                names.Add(new(own, digest));
            }
        }
    }
}
