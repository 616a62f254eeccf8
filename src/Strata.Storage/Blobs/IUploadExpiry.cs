namespace Strata.Storage.Blobs;

/// <summary>A store that can drop uploads nobody goes on with by itself: the net below our own reaper, for when no strata runs any more.</summary>
public interface IUploadExpiry
{
    /// <returns>After how long it does so for all our keys; null: never.</returns>
    Task<TimeSpan?> FindUploadExpiryAsync(CancellationToken cancellationToken);

    /// <summary>Asks for it. Rules of others are kept.</summary>
    /// <param name="days">1 or more.</param>
    Task SetUploadExpiryAsync(int days, CancellationToken cancellationToken);
}
