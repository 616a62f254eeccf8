using Strata.Core;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Storage.Archives;
using Strata.Storage.Blobs;
using Strata.Storage.Garbage;
using Strata.Storage.Keys;
using Strata.Storage.Uploads;

namespace Strata.Storage.Tests.Uploads;

/// <summary>A database, a store and attempts that hold leases.</summary>
internal sealed class UploadBench : IAsyncDisposable
{
    public const int Piece = 8 << 10;
    public const int PartMin = 5 << 10;

    private readonly List<Lease> _leases = [];
    private readonly bool _ownsDirectory;

    public UploadBench(IBlobStore? store = null, TransferOptions? options = null, string? directory = null, TimeProvider? time = null)
    {
        _ownsDirectory = directory is null;
        Directory = directory ?? System.IO.Directory.CreateTempSubdirectory("strata-uploads-").FullName;
        Time = time ?? TimeProvider.System;
        Database = new(Directory, Time);
        Store = store ?? BlobStores.Open(StorageLocation.Parse($"file://{Directory}/store"), BlobTimes.Default, Time);
        Archives = new(Store, "test", new KeyRing(Directory, Database, Time), Database, options ?? TransferOptions.Default, Time);
    }

    /// <summary>Small parts, so that small blobs have many, and no waiting.</summary>
    public static TransferOptions Small { get; } = new()
    {
        PieceBytesMin = Piece,
        Upload = new(5, TimeSpan.FromTicks(1), TimeSpan.FromTicks(1)),
        Read = new(5, TimeSpan.FromTicks(1), TimeSpan.FromTicks(1)),
        ReadNeeded = new(5, TimeSpan.FromTicks(1), TimeSpan.FromTicks(1)),
    };

    public string Directory { get; }

    public TimeProvider Time { get; }

    public Database Database { get; }

    public IBlobStore Store { get; }

    public BlobArchives Archives { get; }

    public IBlobArchive Acme => Archives.Of("acme");

    /// <summary>Any bytes that do not shrink much; the same for the same seed.</summary>
    public static byte[] Content(int length, int seed)
    {
        var content = new byte[length];
        new Random(seed).NextBytes(content);
        return content;
    }

    public static BlobSource Source(byte[] content, long stable = 0) => new(
        Digest.Of(content), content.Length, stable,
        (offset, into, _) =>
        {
            content.AsMemory((int)offset, into.Length).CopyTo(into);
            return ValueTask.CompletedTask;
        });

    /// <summary>A new attempt; those before stay until they are ended.</summary>
    public async Task<Lease> AttemptAsync(string name = "attempt/run/job/1")
    {
        var lease = ((LeaseAttempt.Acquired)await new Leases(Database, Time, LeaseTimes.Long).TryAcquireAsync(name, "test", "", CancellationToken.None)).Lease;
        _leases.Add(lease);
        return lease;
    }

    public async Task<StoreOutcome> StoreAsync(byte[] content, LeaseToken lease, string owner = "repo/run/job/artifact/dist", bool readable = false, long stable = 0) =>
        await Acme.StoreAsync(Source(content, stable), new(lease, owner, readable ? new HashSet<Digest> { Digest.Of(content) } : new HashSet<Digest>()), CancellationToken.None);

    /// <summary>Null: absent.</summary>
    public async Task<byte[]?> FetchAsync(Digest digest, string org = "acme")
    {
        if (await Archives.Of(org).FindAsync(digest, CancellationToken.None) is not { } there)
        {
            return null;
        }

        var content = new byte[there.LengthBytes];
        var isThere = await Archives.Of(org).FetchAsync(
            digest,
            (offset, bytes, _) =>
            {
                bytes.CopyTo(content.AsMemory((int)offset));
                return ValueTask.CompletedTask;
            },
            null, isNeeded: false, CancellationToken.None);
        return isThere ? content : null;
    }

    public async Task<List<PendingUpload>> PendingAsync()
    {
        var all = new List<PendingUpload>();
        await foreach (var pending in Store.ListUploadsAsync("", CancellationToken.None))
        {
            all.Add(pending);
        }

        return all;
    }

    public async Task<List<StoredObject>> ObjectsAsync()
    {
        var all = new List<StoredObject>();
        await foreach (var stored in Store.ListAsync("", CancellationToken.None))
        {
            all.Add(stored);
        }

        return all;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var lease in _leases)
        {
            await lease.DisposeAsync();
        }

        await Archives.DisposeAsync();
        Database.Dispose();
        if (_ownsDirectory)
        {
            System.IO.Directory.Delete(Directory, recursive: true);
        }
    }
}

internal sealed class TestRoots(params IEnumerable<Digest> named) : IBlobRoots
{
    public Func<Task>? OnList { get; init; }

    public async ValueTask<IReadOnlySet<BlobReference>> ListAsync(CancellationToken cancellationToken)
    {
        if (OnList is not null)
        {
            await OnList();
        }

        return named.Select(digest => new BlobReference("acme", digest)).ToHashSet();
    }
}
