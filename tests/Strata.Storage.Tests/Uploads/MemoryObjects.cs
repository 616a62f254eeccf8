using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Strata.Storage.Blobs;

namespace Strata.Storage.Tests.Uploads;

/// <summary>An object store as S3 is written down, in memory: strict where it may be.</summary>
internal sealed class MemoryObjects(int partSizeMin, TimeProvider time) : IBlobStore
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (byte[] Content, string ETag, DateTimeOffset At)> _objects = [];
    private readonly Dictionary<UploadTarget, (SortedDictionary<int, byte[]> Parts, DateTimeOffset At)> _uploads = [];
    private int _ids;

    public string Description => "memory";

    public int PartSizeMin => partSizeMin;

    /// <summary>Of parts and small objects.</summary>
    public long BytesReceived { get; private set; }

    public StorePresence Presence { get; set; }

    public Task<StorePresence> FindPresenceAsync(CancellationToken cancellationToken) => Task.FromResult(Presence);

    public Task<PutOutcome> PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => Locked(() =>
    {
        BytesReceived += content.Length;
        return _objects.TryAdd(BlobName.Check(key), (content.ToArray(), Md5(content.Span), time.GetUtcNow())) ? PutOutcome.Stored : PutOutcome.Exists;
    });

    public Task<string> StartUploadAsync(string key, CancellationToken cancellationToken) => Locked(() =>
    {
        var id = $"upload-{++_ids}";
        _uploads.Add(new(BlobName.Check(key), id), ([], time.GetUtcNow()));
        return id;
    });

    public Task<string> PutPartAsync(UploadTarget upload, int number, ReadOnlyMemory<byte> content, string? md5, CancellationToken cancellationToken) => Locked(() =>
    {
        number.ShouldBeInRange(1, 10_000);
        BytesReceived += content.Length;
        var etag = Md5(content.Span);
        (md5 ?? etag).ShouldBe(etag);
        PartsOf(upload)[number] = content.ToArray();
        return etag;
    });

    public Task<IReadOnlyList<StoredPart>> ListPartsAsync(UploadTarget upload, CancellationToken cancellationToken) => Locked<IReadOnlyList<StoredPart>>(
        () => [.. PartsOf(upload).Select(p => new StoredPart(p.Key, Md5(p.Value), p.Value.Length))]);

    public Task<CompleteOutcome> CompleteAsync(UploadTarget upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken) => Locked(() =>
    {
        if (!_uploads.TryGetValue(upload, out var pending))
        {
            return CompleteOutcome.StartAgain;
        }

        parts.Select(p => p.Number).ShouldBe(parts.Select(p => p.Number).Order());
        foreach (var part in parts)
        {
            if (!pending.Parts.TryGetValue(part.Number, out var content) || Md5(content) != part.ETag)
            {
                return CompleteOutcome.StartAgain;
            }
        }

        if (parts.SkipLast(1).Any(p => p.SizeBytes < partSizeMin))
        {
            throw new BlobStoreException(BlobFault.Refused, "EntityTooSmall");
        }

        if (_objects.ContainsKey(upload.Key))
        {
            return CompleteOutcome.Exists;
        }

        var whole = parts.SelectMany(p => pending.Parts[p.Number]).ToArray();
        var etag = $"{Md5([.. parts.SelectMany(p => Convert.FromHexString(p.ETag))])}-{parts.Count}";
        _objects.Add(upload.Key, (whole, etag, time.GetUtcNow()));
        _uploads.Remove(upload);
        return CompleteOutcome.Completed;
    });

    public Task AbortAsync(UploadTarget upload, CancellationToken cancellationToken) => Locked(() => _uploads.Remove(upload));

    public async IAsyncEnumerable<PendingUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var pending in await Locked(() => _uploads.Select(u => new PendingUpload(u.Key, u.Value.At)).Where(u => u.Upload.Key.StartsWith(prefix, StringComparison.Ordinal)).ToList()))
        {
            yield return pending;
        }
    }

    public Task<BlobHead?> HeadAsync(string key, CancellationToken cancellationToken) => Locked(
        () => _objects.TryGetValue(key, out var found) ? new BlobHead(found.Content.Length, found.ETag, found.At) : null);

    public Task<int> ReadAsync(string key, long offset, Memory<byte> into, CancellationToken cancellationToken) => Locked(() =>
    {
        if (!_objects.TryGetValue(key, out var found))
        {
            throw new BlobStoreException(BlobFault.NotFound, key);
        }

        var count = (int)Math.Clamp(found.Content.Length - offset, 0, into.Length);
        found.Content.AsMemory((int)offset, count).CopyTo(into);
        return count;
    });

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var stored in await Locked(() => _objects.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(o => new StoredObject(o.Key, o.Value.Content.Length, o.Value.At)).ToList()))
        {
            yield return stored;
        }
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => Locked(() => _objects.Remove(key));

    public Uri SignRead(string key, TimeSpan lifetime) => throw new NotSupportedException();

    public Uri SignPart(UploadTarget upload, int number, TimeSpan lifetime) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => default;

    /// <summary>Flips a bit of each object.</summary>
    public void Damage(Func<string, bool>? which = null)
    {
        lock (_lock)
        {
            foreach (var (key, stored) in _objects)
            {
                if (which?.Invoke(key) ?? true)
                {
                    stored.Content[stored.Content.Length / 3] ^= 4;
                }
            }
        }
    }

    private SortedDictionary<int, byte[]> PartsOf(UploadTarget upload) =>
        _uploads.TryGetValue(upload, out var pending) ? pending.Parts : throw new BlobStoreException(BlobFault.NoSuchUpload, upload.UploadId);

    private async Task<T> Locked<T>(Func<T> work)
    {
        await Task.Yield();
        lock (_lock)
        {
            return work();
        }
    }

#pragma warning disable CA5351 // the protocol's
    private static string Md5(ReadOnlySpan<byte> content) => Convert.ToHexStringLower(MD5.HashData(content));
#pragma warning restore CA5351
}
