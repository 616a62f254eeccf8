using Strata.Core;
using Strata.Layers.Packing;
using Strata.Layers.Posix;
using Strata.Layers.Trees;

namespace Strata.Layers.Store;

/// <summary>
/// A layer being written, in a directory that only its writer knows and holds a lock on. One commit, after which all is done; dispose without one leaves
/// nothing. Not for concurrent use.
/// </summary>
public sealed class LayerWrite : IDisposable
{
    private readonly LocalLayers _place;
    private readonly StagingDirectory _staging;
    private readonly TimeProvider _time;

    internal LayerWrite(LocalLayers place, StagingDirectory staging, TimeProvider time)
    {
        (_place, _staging, _time) = (place, staging, time);
        Target = new(Path.Combine(staging.Path, LayerPaths.ImageName), Path.Combine(staging.Path, LayerPaths.IndexName));
    }

    /// <summary>Where to write. The index may be left out.</summary>
    public LayerTarget Target { get; }

    /// <summary>What was packed by this program: hashed when it was written.</summary>
    /// <exception cref="IOException">The disk is full or fails, or another size was written: nothing is stored.</exception>
    public ValueTask<LayerCommit> CommitAsync(PackedLayer layer, CancellationToken cancellationToken)
    {
        var file = OpenWritten();
        try
        {
            return file.Stamp().Size == layer.SizeBytes
                ? PublishAsync(layer.Digest, file, cancellationToken)
                : throw new IOException($"The layer has {file.Stamp().Size} bytes, its writer counted {layer.SizeBytes}.");
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What came from elsewhere under a digest: it is read and verified. An index that came with it is not believed, but made again from the image.</summary>
    /// <param name="sizeBytes">Of the image.</param>
    /// <exception cref="IOException">The disk is full or fails: nothing is stored.</exception>
    public async ValueTask<LayerCommit> CommitAsync(Digest claimed, long sizeBytes, CancellationToken cancellationToken)
    {
        var file = OpenWritten();
        try
        {
            var indexing = Task.Run(() => IndexAsync(file, cancellationToken), CancellationToken.None); // beside the image's verification
            Digest found;
            try
            {
                found = await file.HashAsync(cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                await indexing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }

            if (file.Stamp().Size != sizeBytes || found != claimed)
            {
                file.Dispose();
                return new(LayerCommitOutcome.Mismatch, null);
            }

            await indexing.ConfigureAwait(false);
            return await PublishAsync(claimed, file, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    public void Dispose() => _staging.Dispose();

    /// <summary>Names, digests: what is told from an index alone is to be what a mount shows. Of a damaged image, and of a view of others, there is none then.</summary>
    private async Task IndexAsync(LayerFile image, CancellationToken cancellationToken)
    {
        if (!File.Exists(Target.IndexPath))
        {
            return;
        }

        var own = Target.IndexPath + ".own";
        try
        {
            if (await ImageIndexing.TryWriteAsync(image.Handle, own, cancellationToken).ConfigureAwait(false))
            {
                File.Move(own, Target.IndexPath!, overwrite: true);
                return;
            }
        }
        catch (DamagedLayerException e) when (e.Fault is LayerFault.NotALayer)
        {
            return; // nothing shows what it holds
        }
        catch (DamagedLayerException)
        {
            // who opens it will see
        }

        File.Delete(own);
        File.Delete(Target.IndexPath!);
    }

    private LayerFile OpenWritten() => LayerFile.Open(Target.ImagePath) ?? throw new InvalidOperationException("No image was written.");

    /// <summary>All files are written before the first is synced, and image and index are at once: a journal has less to commit then.</summary>
    private async ValueTask MakeDurableAsync(LayerFile image)
    {
        image.MakeReadOnly();
        using var index = LayerFile.Open(Target.IndexPath!);
        index?.MakeReadOnly();
        var stampPath = Path.Combine(_staging.Path, LayerPaths.StampName);
        LayerStamp.Write(stampPath, image.Stamp(), index?.Stamp(), _time);
        using var stamp = LayerFile.Open(stampPath);
        var syncing = Task.Run(image.Sync, CancellationToken.None);
        try
        {
            index?.Sync();
            stamp?.Sync();
        }
        finally
        {
            await syncing.ConfigureAwait(false);
        }
    }

    /// <summary>Bytes before name: after a crash a visible layer is a whole layer.</summary>
    private async ValueTask<LayerCommit> PublishAsync(Digest digest, LayerFile file, CancellationToken cancellationToken)
    {
        if (await FindAsync(digest, file, cancellationToken).ConfigureAwait(false) is { } known)
        {
            return known; // whose bytes are durable
        }

        await MakeDurableAsync(file).ConfigureAwait(false);
        if (!file.TryLock(Libc.LockShared))
        {
            throw new IOException("A layer being written is locked by another.");
        }

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var paths = _place.PathsOf(digest);
            if (_staging.TryPublishSynced(paths.Directory))
            {
                return new(LayerCommitOutcome.Stored, new(digest, file, paths, _time));
            }

            if (await FindAsync(digest, file, cancellationToken).ConfigureAwait(false) is { } present)
            {
                return present;
            }

            // Removed meanwhile, or put aside as damaged: the name is free.
        }
    }

    private async ValueTask<LayerCommit?> FindAsync(Digest digest, LayerFile written, CancellationToken cancellationToken)
    {
        var opening = await _place.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
        if (opening.Lease is not { } lease)
        {
            return null;
        }

        written.Dispose();
        _place.AdoptIndex(lease, Target.IndexPath!);
        return new(LayerCommitOutcome.AlreadyPresent, lease);
    }
}
