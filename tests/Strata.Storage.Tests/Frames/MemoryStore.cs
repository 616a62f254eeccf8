using System.Runtime.CompilerServices;
using Strata.Storage.Blobs;

namespace Strata.Storage.Tests.Frames;

/// <summary>One object in memory, which tests may change, and whose reads they may make fail.</summary>
internal sealed class MemoryStore(byte[] content) : IBlobStore
{
    public byte[] Content { get; set; } = content;

    /// <summary>Before each read; its number, from 1.</summary>
    public Action<int>? BeforeRead { get; set; }

    /// <summary>What a read gets is passed through it: its number, offset, bytes.</summary>
    public Action<int, long, Memory<byte>>? AfterRead { get; set; }

    public int Reads => _reads;

    private int _reads;

    public string Description => "memory://";

    public int PartSizeMin => 0;

    public Task<int> ReadAsync(string key, long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        var number = Interlocked.Increment(ref _reads);
        BeforeRead?.Invoke(number);
        var length = (int)Math.Clamp(Content.Length - offset, 0, into.Length);
        Content.AsMemory((int)Math.Min(offset, Content.Length), length).CopyTo(into);
        AfterRead?.Invoke(number, offset, into);
        return Task.FromResult(length);
    }

    public Task<StorePresence> FindPresenceAsync(CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<PutOutcome> PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string> StartUploadAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<string> PutPartAsync(UploadTarget upload, int number, ReadOnlyMemory<byte> content, string? md5, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task<IReadOnlyList<StoredPart>> ListPartsAsync(UploadTarget upload, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<CompleteOutcome> CompleteAsync(UploadTarget upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken) =>
        throw new NotSupportedException();

    public Task AbortAsync(UploadTarget upload, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async IAsyncEnumerable<PendingUpload> ListUploadsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    public Task<BlobHead?> HeadAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public async IAsyncEnumerable<StoredObject> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        yield break;
    }

    public Task DeleteAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Uri SignRead(string key, TimeSpan lifetime) => throw new NotSupportedException();

    public Uri SignPart(UploadTarget upload, int number, TimeSpan lifetime) => throw new NotSupportedException();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
