using System.Runtime.CompilerServices;
using Strata.Storage.Blobs;
using Strata.Storage.Posix;

namespace Strata.Storage.FileSystem;

/// <summary>A directory as a store: for one machine, or a shared file system that has flock and atomic renames. <see cref="FilePaths"/> says what is where.</summary>
internal sealed class FileBlobStore : IBlobStore
{
    private readonly FilePaths _paths;
    private readonly FileUploads _uploads;
    private readonly FileStoreSetup _setup;
    private readonly SignedFiles _signed;

    /// <param name="directory">Absolute; made when something is first written.</param>
    /// <param name="publicUrl">Where a server serves signed URLs of it, ending in a slash; null: the directory itself, which nobody does.</param>
    public FileBlobStore(string directory, TimeProvider time, Uri? publicUrl = null)
    {
        Description = $"file://{directory}";
        _paths = new(directory);
        _uploads = new(_paths, time);
        _setup = new(_paths, time);
        _signed = new(directory, publicUrl ?? new Uri($"file://{directory}/"), time);
    }

    public string Description { get; }

    public int PartSizeMin => 0;

    public Task<StorePresence> FindPresenceAsync(CancellationToken cancellationToken) =>
        RunAsync(BlobFault.Unavailable, () => Task.FromResult(File.Exists(_paths.Format) ? StorePresence.There : StorePresence.New));

    public Task<PutOutcome> PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
    {
        var target = _paths.Object(key);
        return RunAsync(BlobFault.Unavailable, async () =>
        {
            _setup.Prepare();
            if (Path.Exists(target))
            {
                return PutOutcome.Exists;
            }

            var temporary = _paths.NewTemporary();
            await StoredFile.WriteAsync(temporary, content, StoredFile.ETagOf(content.Span), cancellationToken).ConfigureAwait(false);
            try
            {
                return FileObjects.TryName(target, () => DurableFiles.TryPublish(temporary, target)) ? PutOutcome.Stored : PutOutcome.Exists;
            }
            finally
            {
                DurableFiles.TryDelete(temporary); // unless it has its name
            }
        });
    }

    public Task<string> StartUploadAsync(string key, CancellationToken cancellationToken)
    {
        BlobName.Check(key);
        return RunAsync(BlobFault.Unavailable, () =>
        {
            _setup.Prepare();
            return _uploads.StartAsync(key, cancellationToken);
        });
    }

    public Task<string> PutPartAsync(UploadTarget upload, int number, ReadOnlyMemory<byte> content, string? md5, CancellationToken cancellationToken)
    {
        BlobName.CheckPart(number);
        return RunAsync(BlobFault.NoSuchUpload, async () =>
        {
            var etag = md5 ?? StoredFile.ETagOf(content.Span);
            await _uploads.PutPartAsync(upload, number, content, etag, cancellationToken).ConfigureAwait(false);
            return etag;
        });
    }

    public Task<IReadOnlyList<StoredPart>> ListPartsAsync(UploadTarget upload, CancellationToken cancellationToken) =>
        RunAsync(BlobFault.NoSuchUpload, () => Task.FromResult<IReadOnlyList<StoredPart>>(_uploads.ListParts(upload)));

    public async Task<CompleteOutcome> CompleteAsync(UploadTarget upload, IReadOnlyList<StoredPart> parts, CancellationToken cancellationToken)
    {
        BlobName.CheckParts(parts);
        try
        {
            return await RunAsync(BlobFault.NoSuchUpload, () => _uploads.CompleteAsync(upload, parts, cancellationToken)).ConfigureAwait(false);
        }
        catch (BlobStoreException e) when (e.Fault == BlobFault.NoSuchUpload)
        {
            return CompleteOutcome.StartAgain; // aborted while it was completed
        }
    }

    public Task AbortAsync(UploadTarget upload, CancellationToken cancellationToken) =>
        !UploadIds.IsValid(upload.UploadId) ? Task.CompletedTask : RunAsync(BlobFault.Unavailable, () =>
        {
            if (Directory.Exists(_paths.Upload(upload)))
            {
                _setup.Prepare();
                _uploads.Abort(upload);
            }

            return Task.FromResult(true);
        });

    public IAsyncEnumerable<PendingUpload> ListUploadsAsync(string prefix, CancellationToken cancellationToken) =>
        TranslatedAsync(_uploads.ListAsync(BlobName.CheckPrefix(prefix), cancellationToken), cancellationToken);

    public Task<BlobHead?> HeadAsync(string key, CancellationToken cancellationToken)
    {
        var target = _paths.Object(key);
        return RunAsync(BlobFault.NotFound, () => Task.FromResult(FileObjects.Find(target)));
    }

    public Task<int> ReadAsync(string key, long offset, Memory<byte> into, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        var target = _paths.Object(key);
        return RunAsync(BlobFault.NotFound, () => FileObjects.ReadAsync(target, offset, into, cancellationToken));
    }

    public IAsyncEnumerable<StoredObject> ListAsync(string prefix, CancellationToken cancellationToken) =>
        TranslatedAsync(FileObjects.ListAsync(_paths, BlobName.CheckPrefix(prefix), cancellationToken), cancellationToken);

    public Task DeleteAsync(string key, CancellationToken cancellationToken)
    {
        var target = _paths.Object(key);
        return RunAsync(BlobFault.Unavailable, () =>
        {
            if (Path.Exists(target))
            {
                _setup.Prepare();
                FileObjects.Delete(_paths, target);
            }

            return Task.FromResult(true);
        });
    }

    public Uri SignRead(string key, TimeSpan lifetime) => Translated(() => _signed.SignRead(key, lifetime));

    public Uri SignPart(UploadTarget upload, int number, TimeSpan lifetime) => Translated(() => _signed.SignPart(upload, number, lifetime));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Off the caller's thread: files are read and written by calls that wait.</summary>
    private Task<T> RunAsync<T>(BlobFault missing, Func<Task<T>> work) => Task.Run(async () =>
    {
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (Exception e) when (FileFault.IsOfFiles(e))
        {
            throw FileFault.Of(e, Description, missing);
        }
    });

    private T Translated<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (Exception e) when (FileFault.IsOfFiles(e))
        {
            throw FileFault.Of(e, Description, BlobFault.Unavailable);
        }
    }

    private async IAsyncEnumerable<T> TranslatedAsync<T>(IAsyncEnumerable<T> source, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = source.GetAsyncEnumerator(cancellationToken);
        await using (items.ConfigureAwait(false))
        {
            while (await RunAsync(BlobFault.Unavailable, () => items.MoveNextAsync().AsTask()).ConfigureAwait(false))
            {
                yield return items.Current;
            }
        }
    }
}
