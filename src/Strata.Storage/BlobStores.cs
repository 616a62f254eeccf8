using Strata.Storage.Blobs;

namespace Strata.Storage;

/// <summary>Opens stores of blobs: the only place that knows which there are.</summary>
public static class BlobStores
{
    /// <summary>Connects to nothing, makes nothing: that is for the first call.</summary>
    /// <exception cref="Core.Diagnostics.UserErrorException">Credentials are missing.</exception>
    public static IBlobStore Open(StorageLocation location, BlobTimes times, TimeProvider time) => throw new NotSupportedException($"{location}{times}{time}");
}
