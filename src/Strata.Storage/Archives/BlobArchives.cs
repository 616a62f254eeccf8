using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Metadata;
using Strata.Storage.Blobs;
using Strata.Storage.Frames;
using Strata.Storage.Keys;
using Strata.Storage.Objects;
using Strata.Storage.Uploads;

namespace Strata.Storage.Archives;

/// <summary>The blobs of all organizations of one database in one store. Opens nothing before it is asked. Disposing lets go of the store.</summary>
/// <param name="place">What tells this store from others: <see cref="PlaceOf"/>.</param>
/// <param name="keys">Remains the caller's, as does the database.</param>
public sealed class BlobArchives(IBlobStore store, string place, KeyRing keys, Database database, TransferOptions options, TimeProvider time) : IAsyncDisposable
{
    private string? _storeId; // the same, whoever finds it first

    internal IBlobStore Store => store;

    internal KeyRing Keys => keys;

    internal Database Database => database;

    internal TransferOptions Options => options;

    internal TimeProvider Time => time;

    /// <summary>Who stores a blob that another part of this process is storing waits for that: it may be there then.</summary>
    internal Turns<(string Org, Digest Digest)> Turns { get; } = new();

    /// <summary>Has the memory of all transfers: it goes round among them.</summary>
    internal PartSealer Sealer { get; } = new();

    /// <summary>Pieces that are being sealed or sent, of all uploads: each holds memory, and more at once are not faster.</summary>
    internal SemaphoreSlim PartSlots { get; } = new(options.PartsInFlight);

    public string Description => store.Description;

    /// <summary>Null: the store has nothing of the kind.</summary>
    public IUploadExpiry? Expiry => store as IUploadExpiry;

    /// <summary>The same bucket at another endpoint is another place; credentials make no difference.</summary>
    public static string PlaceOf(StorageLocation location) =>
        location is StorageLocation.OfS3 { Endpoint: { } endpoint } ? $"{location}?endpoint={endpoint.GetLeftPart(UriPartial.Authority)}" : location.ToString();

    /// <summary>What was done with this store so far.</summary>
    public StorageCounts Count() => FindStoreId() is { } store ? database.Read(sql => StorageCounts.Read(sql, store)) : new(0, 0, 0, 0, 0, 0, 0);

    /// <param name="org">As its runs call it.</param>
    public IBlobArchive Of(string org) => Archive(org);

    /// <summary>Whether anything was ever stored there by this database.</summary>
    public bool IsUsed => FindStoreId() is not null;

    /// <summary>Whether the store is there, answers and lets us look. To be asked before the absence of an object is believed: an empty mount point has none.</summary>
    /// <exception cref="BlobStoreException">It does not answer, or refuses.</exception>
    /// <exception cref="EnvironmentException">It is not there: the bucket; or the directory, though blobs are recorded in it.</exception>
    public async Task ProbeAsync(CancellationToken cancellationToken)
    {
        var presence = await new Retry(time, options.Read).RunAsync((_, stop) => store.FindPresenceAsync(stop), cancellationToken).ConfigureAwait(false);
        var blobs = presence is not StorePresence.There && FindStoreId() is { } id ? database.Read(sql => BlobSql.CountLive(sql, id)) : 0;
        if (presence is StorePresence.Gone || blobs > 0)
        {
            throw new EnvironmentException(TransferDiagnostics.NotThere(Description, presence, blobs));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await store.DisposeAsync().ConfigureAwait(false);
        Sealer.Dispose();
        PartSlots.Dispose();
    }

    internal BlobArchive Archive(string org) => new(this, org);

    /// <summary>Under which this database's objects lie. Null: it has none there.</summary>
    internal string? FindStoreId() => _storeId ??= database.Read(sql => BlobSql.FindStore(sql, place));

    internal async ValueTask<string> GetStoreIdAsync(CancellationToken cancellationToken) => FindStoreId() ?? (_storeId = await database.WriteAsync(
        sql =>
        {
            BlobSql.InsertStore(sql, BlobSpace.NewId(), place, time.GetUtcNow());
            return BlobSql.FindStore(sql, place)!;
        },
        cancellationToken).ConfigureAwait(false));
}
