using Strata.Core;
using Strata.Storage.Blobs;

namespace Strata.Storage;

/// <summary>
/// The blobs of one organization, by the digest of their plaintext: no word of where and how they are kept. Safe for concurrent use. Asked in process, or over the
/// network by a worker that has no database.
/// </summary>
public interface IBlobArchive
{
    /// <summary>For people, without credentials: where blobs are kept.</summary>
    string Description { get; }

    /// <summary>Null: absent. Keeps it from nothing.</summary>
    ValueTask<BlobPresence?> FindAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>For who will store, while he has something else to do: code is loaded and the store connected to. Nothing is made or sent, and what fails is told when it is needed.</summary>
    Task WarmUpAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Makes the blob present, and keeps it from collection while the lease is held. What an interrupted call under the same owner has sent is not sent again as far as
    /// it is the same.
    /// </summary>
    /// <exception cref="BlobStoreException">The store refuses or fails, retries included. Nothing is visible; the next call goes on from there.</exception>
    ValueTask<StoreOutcome> StoreAsync(BlobSource source, StoreContext context, CancellationToken cancellationToken);

    /// <summary>Compares what the store has with what was recorded: the object's size, and its index, whose digests cover every frame. Reads a few KiB. What is not so is doubted.</summary>
    /// <returns>For people, what is wrong; null: nothing.</returns>
    /// <exception cref="BlobStoreException">The store fails or stands still.</exception>
    ValueTask<string?> CheckAsync(Digest digest, CancellationToken cancellationToken);

    /// <summary>Reads all of it, several places at once; every byte handed on was verified against what its writer stored.</summary>
    /// <param name="sink">Takes bytes at an offset, in any order, concurrently; each place once.</param>
    /// <param name="progress">Bytes handed on so far.</param>
    /// <param name="isNeeded">Somebody fails without it: a store that is away for a moment, or asks for patience, is waited for. Else it is given up within seconds.</param>
    /// <returns>False: absent.</returns>
    /// <exception cref="BlobStoreException">The store fails, stands still, or what it holds is damaged.</exception>
    Task<bool> FetchAsync(
        Digest digest, Func<long, ReadOnlyMemory<byte>, CancellationToken, ValueTask> sink, IProgress<long>? progress, bool isNeeded, CancellationToken cancellationToken);

    /// <summary>What was fetched does not have its digest: it counts as absent where somebody stores it again, and is replaced then.</summary>
    ValueTask DoubtAsync(Digest digest, string reason, CancellationToken cancellationToken);
}

/// <param name="LengthBytes">Of the plaintext.</param>
/// <param name="IsDoubted">Somebody has found it damaged or gone: it may be lost.</param>
public sealed record BlobPresence(long LengthBytes, bool IsDoubted);
