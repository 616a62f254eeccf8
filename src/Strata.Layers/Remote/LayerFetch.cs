using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Layers.Store;
using Strata.Storage;
using Strata.Storage.Blobs;

namespace Strata.Layers.Remote;

/// <summary>Brings a layer from an archive into this host's store. Whatever goes wrong is a miss that says why, and nothing is left.</summary>
/// <param name="makeRoom">Called before so many bytes come.</param>
internal sealed class LayerFetch(LocalLayers local, IBlobArchive archive, Func<long, CancellationToken, ValueTask> makeRoom, FetchPatience patience, TimeProvider time)
{
    private readonly StoreSilence _silence = new(time);

    /// <param name="isNeeded">Somebody fails without it.</param>
    public async Task<LayerOpening> RunAsync(Digest digest, bool isNeeded, CancellationToken cancellationToken)
    {
        if (!isNeeded && _silence.Reason is { } why)
        {
            return Miss(LayerMiss.Unreachable, why);
        }

        var silence = isNeeded ? patience.Needed : patience.Hint;
        using var stalled = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stalled.Token);
        try
        {
            return await FetchAsync(digest, isNeeded, () => stalled.CancelAfter(silence), () => stalled.CancelAfter(Timeout.InfiniteTimeSpan), stop.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stalled.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return Miss(LayerMiss.Unreachable, _silence.Note($"{archive.Description} sent nothing for {silence.TotalSeconds:0} s"));
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.Damaged)
        {
            return Miss(LayerMiss.Damaged, e.Message);
        }
        catch (BlobStoreException e) when (e.Fault is BlobFault.Unavailable or BlobFault.Stalled)
        {
            return Miss(LayerMiss.Unreachable, _silence.Note(e.Message));
        }
        catch (Exception e) when (e is BlobStoreException or EnvironmentException) // that one: of keys, or the records
        {
            return Miss(LayerMiss.Unreachable, e.Message);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) // who needs the layer fails without it, and nobody else
        {
            return Miss(LayerMiss.Unreachable, $"this host cannot write it to its disk: {e.Message}");
        }
    }

    private async Task<LayerOpening> FetchAsync(Digest digest, bool isNeeded, Action expect, Action expectNothing, CancellationToken cancellationToken)
    {
        if (await archive.FindAsync(digest, cancellationToken).ConfigureAwait(false) is not { } blob)
        {
            return new(null, LayerMiss.Absent);
        }

        await makeRoom(blob.LengthBytes, cancellationToken).ConfigureAwait(false);
        using var write = local.Start();
        long imageLength;
        using (var file = File.OpenHandle(write.Target.ImagePath, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous))
        {
            RandomAccess.SetLength(file, blob.LengthBytes);
            expect();
            var isThere = await archive.FetchAsync(
                digest,
                async (offset, content, stop) =>
                {
                    expect();
                    await RandomAccess.WriteAsync(file, content, offset, stop).ConfigureAwait(false);
                },
                null, isNeeded, cancellationToken).ConfigureAwait(false);
            expectNothing();
            if (!isThere)
            {
                return Miss(LayerMiss.Absent, "its object is gone");
            }

            if (await SplitAsync(file, blob.LengthBytes, write.Target.IndexPath!, cancellationToken).ConfigureAwait(false) is not { } length)
            {
                return await DamagedAsync(digest, "what is stored under its digest is no layer").ConfigureAwait(false);
            }

            imageLength = length;
        }

        var commit = await write.CommitAsync(digest, imageLength, cancellationToken).ConfigureAwait(false);
        return commit.Outcome is LayerCommitOutcome.Mismatch
            ? await DamagedAsync(digest, "what is stored under its digest is another layer").ConfigureAwait(false)
            : new(commit.Lease, LayerMiss.None) { FetchedBytes = blob.LengthBytes };
    }

    /// <summary>The index becomes a file of its own, and the image ends where it ends.</summary>
    /// <returns>The image's length; null: it is no layer.</returns>
    private static async Task<long?> SplitAsync(Microsoft.Win32.SafeHandles.SafeFileHandle file, long length, string indexPath, CancellationToken cancellationToken)
    {
        var trailer = new byte[LayerBlob.TrailerSize];
        if (length < trailer.Length || await RandomAccess.ReadAsync(file, trailer, length - trailer.Length, cancellationToken).ConfigureAwait(false) != trailer.Length
            || LayerBlob.ReadTrailer(trailer, length) is not var (image, index))
        {
            return null;
        }

        if (index > 0)
        {
            using var target = File.OpenHandle(indexPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.Asynchronous);
            var buffer = new byte[Math.Min(index, 1 << 20)];
            for (var at = 0L; at < index;)
            {
                var count = await RandomAccess.ReadAsync(file, buffer.AsMemory(0, (int)Math.Min(buffer.Length, index - at)), image + at, cancellationToken).ConfigureAwait(false);
                if (count == 0)
                {
                    throw new IOException("The fetched layer became shorter.");
                }

                await RandomAccess.WriteAsync(target, buffer.AsMemory(0, count), at, cancellationToken).ConfigureAwait(false);
                at += count;
            }
        }

        RandomAccess.SetLength(file, image);
        return image;
    }

    private async Task<LayerOpening> DamagedAsync(Digest digest, string reason)
    {
        await archive.DoubtAsync(digest, reason, CancellationToken.None).ConfigureAwait(false);
        return Miss(LayerMiss.Damaged, $"{archive.Description}: {reason}");
    }

    private static LayerOpening Miss(LayerMiss miss, string reason) => new(null, miss) { Reason = reason };
}

/// <summary>How long a store may send nothing.</summary>
/// <param name="Hint">For what only saves time.</param>
/// <param name="Needed">For what a job fails without.</param>
internal readonly record struct FetchPatience(TimeSpan Hint, TimeSpan Needed);
