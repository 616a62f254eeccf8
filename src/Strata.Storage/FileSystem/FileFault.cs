using Strata.Storage.Blobs;

namespace Strata.Storage.FileSystem;

/// <summary>What a failed call of the file system means for a store.</summary>
internal static class FileFault
{
    private const int NotPermitted = 1; // EPERM
    private const int NoAccess = 13; // EACCES
    private const int NotADirectory = 20; // ENOTDIR
    private const int NoSpace = 28; // ENOSPC, as of our own calls
    private const int Quota = 122; // EDQUOT
    private const int ReadOnly = 30; // EROFS
    private const int DiskFull = unchecked((int)0x80070070); // as .NET translates ENOSPC

    public static bool IsOfFiles(Exception e) => e is (IOException and not BlobStoreException) or UnauthorizedAccessException;

    /// <param name="missing">What it means that a file or directory is not there.</param>
    public static BlobStoreException Of(Exception e, string store, BlobFault missing)
    {
        var fault = e switch
        {
            FileNotFoundException or DirectoryNotFoundException => missing,
            UnauthorizedAccessException or { HResult: NotPermitted or NoAccess } => BlobFault.Denied,
            { HResult: NoSpace or Quota or DiskFull } => BlobFault.Full,
            { HResult: ReadOnly or NotADirectory } => BlobFault.Refused,
            _ => BlobFault.Unavailable,
        };
        return new(fault, $"{store}: {e.Message}", e);
    }
}
