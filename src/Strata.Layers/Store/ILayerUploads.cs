using Strata.Core;
using Strata.Storage;
using Strata.Storage.Blobs;

namespace Strata.Layers.Store;

/// <summary>Makes layers outlive this host, where that is asked for.</summary>
public interface ILayerUploads
{
    /// <inheritdoc cref="IBlobArchive.WarmUpAsync"/>
    Task WarmUpAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores the layers' images and indexes where every worker can fetch them. Called before a record that names them is committed, under the same lease: until that is lost or
    /// released they are not collected there. Where layers are kept on this host alone there is nothing to do.
    /// </summary>
    /// <exception cref="BlobStoreException">The store refuses or fails, retries included: no record may be committed. The next call goes on from there.</exception>
    ValueTask<UploadedLayers> EnsureAsync(IReadOnlyList<LayerLease> layers, StoreContext context, CancellationToken cancellationToken);

    /// <summary>Whether the store holds what was stored: sizes and digests, not every byte.</summary>
    /// <returns>For people, what is wrong; null: nothing.</returns>
    /// <exception cref="BlobStoreException">The store fails or stands still.</exception>
    ValueTask<string?> CheckAsync(IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken);
}

/// <param name="LeaseLost">Nothing may be committed.</param>
/// <param name="BytesSent">As stored.</param>
/// <param name="Parts">Of all objects that were sent.</param>
/// <param name="PartsResumed">Of these, sent by an interrupted attempt before.</param>
public sealed record UploadedLayers(bool LeaseLost, long BytesSent, int Parts, int PartsResumed, int Retries)
{
    public static UploadedLayers Nothing { get; } = new(false, 0, 0, 0, 0);
}
