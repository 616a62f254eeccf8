using Strata.Core;
using Strata.Layers.Remote;
using Strata.Layers.Store;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Storage;
using Strata.Storage.Archives;
using Strata.Storage.Blobs;
using Strata.Storage.Keys;
using Strata.Storage.Uploads;

namespace Strata.Layers.Tests.Remote;

/// <summary>A host with layers as copies, a database and a store of files; and other hosts beside it, with empty disks.</summary>
internal sealed class CachedLayersBench : IAsyncDisposable
{
    public static readonly LayerOrg Org = LayerOrg.Parse("acme");

    private readonly string _directory;
    private readonly Database _database;
    private Lease? _lease;

    public CachedLayersBench(string directory)
    {
        _directory = directory;
        _database = new(directory, TimeProvider.System);
        var location = StorageLocation.Parse($"file://{StoreDirectory}");
        Archives = new(
            BlobStores.Open(location, BlobTimes.Default, TimeProvider.System), BlobArchives.PlaceOf(location), new KeyRing(directory, _database, TimeProvider.System), _database,
            TransferOptions.Default, TimeProvider.System);
        Layers = On(directory);
    }

    public string StoreDirectory => Path.Combine(_directory, "store");

    public BlobArchives Archives { get; }

    public CachedLayerStore Layers { get; }

    public CachedLayerStore On(string host, long capBytes = long.MaxValue, Func<LayerOrg, IBlobArchive>? archives = null) =>
        new(new(host, TimeProvider.System), archives ?? (org => Archives.Of(org.Name)), capBytes, TimeProvider.System);

    public async Task<UploadedLayers> UploadAsync(params IReadOnlyList<LayerLease> layers)
    {
        _lease ??= ((LeaseAttempt.Acquired)await new Leases(_database, TimeProvider.System, LeaseTimes.Long).TryAcquireAsync("attempt/r/j/1", "", "", CancellationToken.None)).Lease;
        return await Layers.UploadsOf(Org).EnsureAsync(layers, new(_lease.Token, "repo/r/j/artifact/dist", new HashSet<Digest>()), CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        if (_lease is not null)
        {
            await _lease.DisposeAsync();
        }

        await Archives.DisposeAsync();
        _database.Dispose();
    }
}
