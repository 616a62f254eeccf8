using Strata.Storage.Blobs;
using Strata.Storage.FileSystem;

namespace Strata.Storage;

/// <summary>Opens stores of blobs: the only place that knows which there are.</summary>
public static class BlobStores
{
    /// <summary>Connects to nothing, makes nothing: that is for the first call.</summary>
    /// <exception cref="Core.Diagnostics.UserErrorException">Credentials are missing.</exception>
    public static IBlobStore Open(StorageLocation location, BlobTimes times, TimeProvider time) => location switch
    {
        StorageLocation.OfFiles files => new FileBlobStore(files.Directory, time),
        StorageLocation.OfS3 s3 => throw new NotSupportedException($"{s3}{times}"),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
