using Strata.Layers.Remote;
using Strata.Layers.Store;
using Strata.Metadata;
using Strata.Storage;
using Strata.Storage.Archives;
using Strata.Storage.Blobs;
using Strata.Storage.Keys;
using Strata.Storage.Uploads;

namespace Strata.Cli.Storage;

/// <summary>Blob storage as this process uses it: store, keys and records of a data directory, each opened by who first needs it.</summary>
internal sealed class HostStorage : IAsyncDisposable
{
    private readonly Database _database;

    private HostStorage(string dataDirectory, StorageLocation location, long? layersBytesMax)
    {
        var time = TimeProvider.System;
        _database = new(dataDirectory, time);
        Archives = new(
            BlobStores.Open(location, BlobTimes.Default, time), BlobArchives.PlaceOf(location), new KeyRing(dataDirectory, _database, time), _database, TransferOptions.Default, time);
        var local = new LocalLayerStore(dataDirectory, time);
        Layers = new(local, org => Archives.Of(org.Name), layersBytesMax ?? local.DefaultCapBytes(), time);
    }

    public BlobArchives Archives { get; }

    public CachedLayerStore Layers { get; }

    /// <exception cref="Core.Diagnostics.UserErrorException">Credentials are missing.</exception>
    public static HostStorage Open(string dataDirectory, StorageLocation location, long? layersBytesMax) => new(dataDirectory, location, layersBytesMax);

    /// <summary>Copies of stored layers go until this host's share is kept.</summary>
    public ValueTask TrimAsync(CancellationToken cancellationToken) => Layers.MakeRoomAsync(0, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await Archives.DisposeAsync().ConfigureAwait(false);
        _database.Dispose();
    }
}
