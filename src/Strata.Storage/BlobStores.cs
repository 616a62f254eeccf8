using System.Runtime.CompilerServices;
using Strata.Storage.Blobs;
using Strata.Storage.FileSystem;
using Strata.Storage.S3;

namespace Strata.Storage;

/// <summary>Opens stores of blobs: the only place that knows which there are.</summary>
public static class BlobStores
{
    /// <summary>Connects to nothing, makes nothing: that is for the first call.</summary>
    /// <exception cref="Core.Diagnostics.UserErrorException">Credentials are missing, or a directory can never be one.</exception>
    public static IBlobStore Open(StorageLocation location, BlobTimes times, TimeProvider time) => location switch
    {
        StorageLocation.OfFiles files => new FileBlobStore(FilePlace.Check(files.Directory), time),
        StorageLocation.OfS3 s3 => OpenS3(s3, times, time),
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>By itself: nothing of S3 is loaded for who does not use it.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static S3BlobStore OpenS3(StorageLocation.OfS3 location, BlobTimes times, TimeProvider time) =>
        new(S3Settings.Of(location, Environment.GetEnvironmentVariable), times, time);
}
