using Strata.Storage.Blobs;

namespace Strata.Storage.Tests.Uploads;

/// <summary>A store between which and its user something happens: before a call reaches it, or before the answer comes back.</summary>
/// <param name="before">Number of the call, from 1, and its name.</param>
internal sealed class ScriptedStore(IBlobStore store, Func<int, string, Task>? before = null, Func<int, string, Task>? after = null) : IBlobStore
{
    private int _calls;

    public int Calls => _calls;

    public string Description => store.Description;

    public int PartSizeMin => store.PartSizeMin;

    public Task<StorePresence> FindPresenceAsync(CancellationToken cancellationToken) => Around("presence", () => store.FindPresenceAsync(cancellationToken));

    public Task<PutOutcome> PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) =>
        Around("put", () => store.PutAsync(key, content, cancellationToken));

    public Task<string> StartUploadAsync(string key, CancellationToken cancellationToken) => Around("start", () => store.StartUploadAsync(key, cancellationToken));

    public Task<string> PutPartAsync(UploadTarget upload, int number, ReadOnlyMemory<byte> content, string? md5, CancellationToken cancellationToken) =>
        Around("part", () => store.PutPartAsync(upload, number, content, md5, cancellationToken));

    public Task<IReadOnlyList<StoredPart>> ListPartsAsync(UploadTarget upload, CancellationToken cancellationToken) =>
        Around("parts", () => store.ListPartsAsync(upload, cancellationToken));

    public Task<CompleteOutcome> CompleteAsync(UploadTarget upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken) =>
        Around("complete", () => store.CompleteAsync(upload, parts, cancellationToken));

    public Task AbortAsync(UploadTarget upload, CancellationToken cancellationToken) => Around("abort", async () =>
    {
        await store.AbortAsync(upload, cancellationToken);
        return 0;
    });

    public IAsyncEnumerable<PendingUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken) => store.ListUploadsAsync(prefix, cancellationToken);

    public Task<BlobHead?> HeadAsync(string key, CancellationToken cancellationToken) => Around("head", () => store.HeadAsync(key, cancellationToken));

    public Task<int> ReadAsync(string key, long offset, Memory<byte> into, CancellationToken cancellationToken) =>
        Around("read", () => store.ReadAsync(key, offset, into, cancellationToken));

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken) => store.ListAsync(prefix, cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => Around("delete", async () =>
    {
        await store.DeleteAsync(key, cancellationToken);
        return 0;
    });

    public Uri SignRead(string key, TimeSpan lifetime) => store.SignRead(key, lifetime);

    public Uri SignPart(UploadTarget upload, int number, TimeSpan lifetime) => store.SignPart(upload, number, lifetime);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private async Task<T> Around<T>(string name, Func<Task<T>> call)
    {
        var number = Interlocked.Increment(ref _calls);
        if (before is not null)
        {
            await before(number, name);
        }

        var result = await call();
        if (after is not null)
        {
            await after(number, name);
        }

        return result;
    }
}
