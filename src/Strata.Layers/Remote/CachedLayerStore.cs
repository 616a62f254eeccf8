using System.Collections.Concurrent;
using Strata.Layers.Store;
using Strata.Storage;

namespace Strata.Layers.Remote;

/// <summary>
/// Layers whose lasting place is a blob archive; those on this host are copies, which may go when space is short. Public layers are this host's alone: each host makes or fetches them from
/// where they came.
/// </summary>
/// <param name="archives">The blobs of an organization; asked when first needed.</param>
/// <param name="capBytes">Of all layers on this host; what is referenced or in use may go over it.</param>
public sealed class CachedLayerStore(LocalLayerStore local, Func<LayerOrg, IBlobArchive> archives, long capBytes, TimeProvider time) : ILayerStore
{
    /// <summary>A store that does not answer makes a miss, not a job that stands still. For what is needed: longer than the reads are tried again, so that their reason is told.</summary>
    private static readonly FetchPatience Patience = new(TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(90));

    private readonly ConcurrentDictionary<LayerOrg, Lazy<(CachedLayers Place, LayerUploads Uploads, IBlobArchive Archive)>> _orgs = [];

    public ILayerPlace Public => local.Public;

    public ILayerPlace Of(LayerOrg org) => org == LayerOrg.Public ? Public : Get(org).Place;

    public ILayerUploads UploadsOf(LayerOrg org) => org == LayerOrg.Public ? NoUploads.Instance : Get(org).Uploads;

    /// <summary>Removes copies, the longest unused first, until so many more bytes fit: only of what the archive has, and nobody uses.</summary>
    public async ValueTask MakeRoomAsync(long bytes, CancellationToken cancellationToken)
    {
        var over = local.TotalBytes(cancellationToken) + bytes - capBytes;
        if (over <= 0)
        {
            return;
        }

        foreach (var layer in local.List(cancellationToken).OrderBy(static l => l.LastUsed))
        {
            if (over <= 0)
            {
                break;
            }

            if (await IsStoredAsync(layer.Name, cancellationToken).ConfigureAwait(false)
                && await local.PlaceOf(layer.Org).RemoveAsync(layer.Digest, cancellationToken).ConfigureAwait(false) is LayerRemoval.Removed)
            {
                over -= layer.DiskBytes;
            }
        }
    }

    /// <summary>Whether the layer can be fetched again.</summary>
    private async ValueTask<bool> IsStoredAsync(LayerName layer, CancellationToken cancellationToken) =>
        layer.Org != LayerOrg.Public && await Get(layer.Org).Archive.FindAsync(layer.Digest, cancellationToken).ConfigureAwait(false) is { IsDoubted: false };

    private (CachedLayers Place, LayerUploads Uploads, IBlobArchive Archive) Get(LayerOrg org) => _orgs.GetOrAdd(org, Make).Value;

    private Lazy<(CachedLayers, LayerUploads, IBlobArchive)> Make(LayerOrg org) => new(() =>
    {
        var archive = archives(org);
        var fetch = new LayerFetch(local.PlaceOf(org), archive, MakeRoomAsync, Patience, time);
        return (new(local.PlaceOf(org), fetch), new(archive, time), archive);
    });
}
