namespace Strata.Oci.Archives;

/// <summary>An image layout that is a directory. No link in it is followed.</summary>
internal sealed class DirectoryFiles(string root) : IArchiveFiles
{
    public long? SizeOf(string path)
    {
        var file = root;
        foreach (var part in ArchivePath.Normalize(path).Split('/'))
        {
            file = Path.Combine(file, part);
            if (new FileInfo(file).LinkTarget is not null)
            {
                throw OciDiagnostics.BadArchive($"'{OciDiagnostics.Shown(path)}' is a link or lies below one");
            }
        }

        return new FileInfo(file) is { Exists: true, Attributes: var attributes } info && (attributes & (FileAttributes.Directory | FileAttributes.Device)) == 0
            ? info.Length
            : null;
    }

    public Stream Open(string path)
    {
        if (SizeOf(path) is not > 0)
        {
            return Stream.Null; // a pipe has no length either, and opening one may wait for ever
        }

        return new FileStream(
            Path.Combine(root, ArchivePath.Normalize(path)), new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0 });
    }

    public void Dispose()
    {
    }
}
