using System.Collections.Concurrent;
using Strata.Core;
using Strata.Layers.Store;
using Strata.Storage;

namespace Strata.Layers.Remote;

/// <summary>Layers whose lasting place is a blob archive; those on this host are copies, which may go when space is short. Public layers are this host's alone.</summary>
/// <param name="archives">The blobs of an organization; asked when first needed.</param>
public sealed class CachedLayerStore(LocalLayerStore local, Func<LayerOrg, IBlobArchive> archives) : ILayerStore
{
    private readonly ConcurrentDictionary<LayerOrg, CachedLayers> _places = [];

    public ILayerPlace Public => local.Public;

    public ILayerPlace Of(LayerOrg org) => org == LayerOrg.Public ? Public
        : _places.GetOrAdd(org, static (org, my) => new(my.local.PlaceOf(org), my.archives(org), new ConcurrentDictionary<Digest, Task<LayerOpening>>()), (local, archives));

    public ILayerUploads UploadsOf(LayerOrg org) => NoUploads.Instance;
}
