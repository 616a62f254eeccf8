namespace Strata.Oci.Archives;

/// <summary>The files of an image archive, wherever they are. Paths have '/' and no dots. Safe for concurrent use.</summary>
internal interface IArchiveFiles : IDisposable
{
    /// <returns>Bytes, or null where there is no such regular file.</returns>
    long? SizeOf(string path);

    /// <summary>A file that is there, from its beginning; the caller disposes the stream.</summary>
    Stream Open(string path);
}
