using Strata.Core;
using Strata.Images.BaseSystems;
using Strata.Images.Records;
using Strata.Images.Registries;
using Strata.Layers.Store;
using Strata.Metadata;

namespace Strata.Images.Kept;

/// <summary>The layers that records of images, base systems and built steps name: they are not collected (docs/format/layer-store.md).</summary>
public sealed class ImageRoots(string dataDirectory) : ILayerRoots
{
    private readonly PulledImages _images = new(dataDirectory);
    private readonly BaseRecords _bases = new(dataDirectory);

    /// <exception cref="DatabaseException">The database cannot be read: what it refers to is not known, so nothing may go.</exception>
    public ValueTask<IReadOnlySet<LayerName>> ListAsync(CancellationToken cancellationToken)
    {
        var names = InFiles(cancellationToken);
        if (Database.Exists(dataDirectory))
        {
            using var database = new Database(dataDirectory, TimeProvider.System);
            foreach (var (organization, layer) in database.Read(ImageLayerSql.ListLayers))
            {
                Add(names, LayerOrg.Of(organization), layer);
            }
        }

        return ValueTask.FromResult<IReadOnlySet<LayerName>>(names);
    }

    private HashSet<LayerName> InFiles(CancellationToken cancellationToken)
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

        return names;
    }

    /// <summary>An organization's image may stand on public layers.</summary>
    private static void Add(HashSet<LayerName> names, string org, string layer)
    {
        if (Digest.TryParse(layer, null, out var digest))
        {
            Add(names, LayerOrg.TryParse(org, out var own) ? own : LayerOrg.Public, digest);
        }
    }

    private static void Add(HashSet<LayerName> names, LayerOrg org, Digest layer)
    {
        names.Add(new(LayerOrg.Public, layer));
        names.Add(new(org, layer));
    }
}
