using Microsoft.Win32.SafeHandles;
using Strata.Core;
using Strata.Oci.Content;
using Strata.Oci.Documents;
using Strata.Oci.References;

namespace Strata.Oci.Archives;

/// <summary>Images in a file or directory: an OCI layout, or what `docker save` writes. Safe for concurrent use.</summary>
public abstract class ImageArchive : IDisposable
{
    private protected const string OciMarker = "oci-layout";
    private protected const string OciIndex = "index.json";
    private protected const string DockerManifest = "manifest.json";

    private readonly IArchiveFiles _files;

    private protected ImageArchive(IArchiveFiles files) => _files = files;

    /// <summary>Names of the images in it, as written there; images without a name have none.</summary>
    public abstract IReadOnlyList<string> Names { get; }

    /// <summary>An OCI layout where it is both: its blobs have digests.</summary>
    /// <param name="path">A directory, or a tar file.</param>
    /// <exception cref="OciException">STR3142.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static async ValueTask<ImageArchive> OpenAsync(string path, CancellationToken cancellationToken)
    {
        IArchiveFiles files = Directory.Exists(path) ? new DirectoryFiles(path) : await TarFiles.OpenAsync(path, cancellationToken).ConfigureAwait(false);
        return await ReadAsync(files, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A tar that can only be read once (a pipe): kept meanwhile in a file that has no name.</summary>
    /// <param name="scratch">A directory with room for all of it.</param>
    /// <exception cref="OciException">STR3142; also if it is longer than <paramref name="sizeBytesMax"/>.</exception>
    /// <exception cref="IOException">It cannot be read or kept.</exception>
    public static async ValueTask<ImageArchive> OpenAsync(Stream tar, string scratch, long sizeBytesMax, CancellationToken cancellationToken)
    {
        var path = Path.Combine(scratch, Path.GetRandomFileName());
        var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, FileOptions.Asynchronous);
        try
        {
            File.Delete(path); // gone with this process, however it ends
            await CopyAsync(tar, file, sizeBytesMax, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        return await ReadAsync(await TarFiles.OpenAsync(file, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask CopyAsync(Stream tar, SafeFileHandle file, long sizeBytesMax, CancellationToken cancellationToken)
    {
        var buffer = new byte[256 << 10];
        long length = 0;
        int read;
        while ((read = await tar.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(cancellationToken).ConfigureAwait(false)) > 0) // a console's pipe knows no cancelling
        {
            if (read > sizeBytesMax - length)
            {
                throw OciDiagnostics.BadArchive($"it is longer than {sizeBytesMax} bytes");
            }

            await RandomAccess.WriteAsync(file, buffer.AsMemory(0, read), length, cancellationToken).ConfigureAwait(false);
            length += read;
        }
    }

    private static async ValueTask<ImageArchive> ReadAsync(IArchiveFiles files, CancellationToken cancellationToken)
    {
        try
        {
            return files.SizeOf(OciMarker) is not null && files.SizeOf(OciIndex) is not null
                ? await OciLayout.ReadAsync(files, cancellationToken).ConfigureAwait(false)
                : files.SizeOf(DockerManifest) is not null
                    ? await DockerArchive.ReadAsync(files, cancellationToken).ConfigureAwait(false)
                    : throw OciDiagnostics.BadArchive($"it has neither {OciMarker} and {OciIndex} nor {DockerManifest}");
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <param name="name">One of <see cref="Names"/>, or a reference that means the same; null = the only image there is.</param>
    /// <exception cref="OciException">No such image, or one that is not sound.</exception>
    public abstract ValueTask<ImageDescription> GetImageAsync(string? name, Platform platform, CancellationToken cancellationToken);

    /// <summary>A config or layer of an image that was asked for.</summary>
    /// <exception cref="OciException">It is missing.</exception>
    public VerifyingStream OpenBlob(Descriptor blob)
    {
        var path = PathOf(blob.Digest);
        var size = path is null ? null : _files.SizeOf(path);
        return size is null ? throw OciDiagnostics.BadArchive($"it lacks the blob {blob.Digest}")
            : size != blob.Size ? throw OciDiagnostics.WrongContent($"blob {blob.Digest.Short}", $"it has {size} bytes, not {blob.Size}")
            : new VerifyingStream(_files.Open(path!), blob, $"blob {blob.Digest.Short}");
    }

    public void Dispose()
    {
        _files.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected abstract string? PathOf(Digest digest);

    private protected static bool Means(string name, string wanted) =>
        name == wanted || (Reference.TryParse(name, out var one, out _) && Reference.TryParse(wanted, out var other, out _) && one == other);

    private protected async ValueTask<byte[]> ReadBlobAsync(Descriptor blob, int sizeBytesMax, CancellationToken cancellationToken)
    {
        if (blob.Size > sizeBytesMax)
        {
            throw OciDiagnostics.BadArchive($"the document {blob.Digest.Short} has more than {sizeBytesMax} bytes");
        }

        var stream = OpenBlob(blob);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[blob.Size];
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            await stream.DrainAsync(cancellationToken).ConfigureAwait(false);
            return bytes;
        }
    }

    private protected static async ValueTask<byte[]> ReadFileAsync(IArchiveFiles files, string path, int sizeBytesMax, CancellationToken cancellationToken)
    {
        var size = files.SizeOf(path) ?? throw OciDiagnostics.BadArchive($"it lacks '{OciDiagnostics.Shown(path)}'");
        if (size > sizeBytesMax)
        {
            throw OciDiagnostics.BadArchive($"'{OciDiagnostics.Shown(path)}' has more than {sizeBytesMax} bytes");
        }

        var stream = files.Open(path);
        await using (stream.ConfigureAwait(false))
        {
            var bytes = new byte[size];
            await stream.ReadExactlyAsync(bytes, cancellationToken).ConfigureAwait(false);
            return bytes;
        }
    }
}
