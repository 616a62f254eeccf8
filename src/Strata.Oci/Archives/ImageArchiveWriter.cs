using System.Text.Json;
using Strata.Oci.Content;
using Strata.Oci.Documents;

namespace Strata.Oci.Archives;

/// <summary>An image to be written: its layers are opened when their turn comes, and held against their descriptors.</summary>
/// <param name="Name">OCI: the annotation ref.name; docker: the repository and tag. </param>
/// <param name="Layers">As in the manifest, bottom first.</param>
public sealed record ArchivedImage(string Name, Manifest Manifest, ReadOnlyMemory<byte> Config, IReadOnlyList<BlobSource> Layers);

/// <summary>Writes image archives. Equal images become equal bytes.</summary>
public static class ImageArchiveWriter
{
    /// <summary>A tar of an OCI image layout.</summary>
    public static async Task WriteOciAsync(Stream output, ArchivedImage image, CancellationToken cancellationToken)
    {
        var sink = new TarSink(output);
        await WriteLayoutAsync(sink, image, cancellationToken).ConfigureAwait(false);
        await sink.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>An OCI image layout as a directory, made if it is not there; index.json comes last.</summary>
    public static async Task WriteOciAsync(string directory, ArchivedImage image, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(directory);
        await WriteLayoutAsync(new DirectorySink(directory), image, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What `docker load` reads. The layers must be plain tars.</summary>
    public static async Task WriteDockerAsync(Stream output, ArchivedImage image, CancellationToken cancellationToken)
    {
        var config = DocumentReader.ReadConfig(image.Config.Span);
        List<string> layers = [];
        SortedDictionary<string, BlobSource> files = new(StringComparer.Ordinal);
        for (var i = 0; i < image.Layers.Count; i++)
        {
            var descriptor = image.Layers[i].Descriptor;
            if (descriptor.Digest != config.DiffIds[i])
            {
                throw new ArgumentException($"Layer {descriptor.Digest} is not the plain tar {config.DiffIds[i]}.", nameof(image));
            }

            layers.Add($"{descriptor.Digest.Hex}.tar");
            files[layers[i]] = image.Layers[i];
        }

        var configName = $"{image.Manifest.Config.Digest.Hex}.json";
        var sink = new TarSink(output);
        await AddAsync(sink, "manifest.json", JsonSerializer.SerializeToUtf8Bytes(
            [new WireSavedImage(configName, [image.Name], layers)], DockerArchiveJson.Default.IReadOnlyListWireSavedImage), cancellationToken).ConfigureAwait(false);
        await AddAsync(sink, configName, BlobSource.Of(image.Manifest.Config, image.Config), cancellationToken).ConfigureAwait(false);
        foreach (var (name, layer) in files)
        {
            await AddAsync(sink, name, layer, cancellationToken).ConfigureAwait(false);
        }

        await sink.FinishAsync(cancellationToken).ConfigureAwait(false);
    }

    private static async Task WriteLayoutAsync(IArchiveSink sink, ArchivedImage image, CancellationToken cancellationToken)
    {
        var manifest = BlobSource.Of(image.Manifest.MediaType, DocumentWriter.Write(image.Manifest));
        SortedDictionary<string, BlobSource> blobs = new(StringComparer.Ordinal);
        foreach (var blob in (IEnumerable<BlobSource>)[manifest, BlobSource.Of(image.Manifest.Config, image.Config), .. image.Layers])
        {
            blobs[$"blobs/sha256/{blob.Descriptor.Digest.Hex}"] = blob;
        }

        var index = new ImageIndex
        {
            Manifests =
            [
                manifest.Descriptor with
                {
                    Platform = DocumentReader.ReadConfig(image.Config.Span).Platform,
                    Annotations = new Dictionary<string, string> { [Annotation.RefName] = image.Name },
                },
            ],
        };
        await AddAsync(sink, "oci-layout", """{"imageLayoutVersion":"1.0.0"}"""u8.ToArray(), cancellationToken).ConfigureAwait(false);
        await sink.AddDirectoryAsync("blobs", cancellationToken).ConfigureAwait(false);
        await sink.AddDirectoryAsync("blobs/sha256", cancellationToken).ConfigureAwait(false);
        foreach (var (path, blob) in blobs)
        {
            await AddAsync(sink, path, blob, cancellationToken).ConfigureAwait(false);
        }

        await AddAsync(sink, "index.json", DocumentWriter.Write(index), cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask AddAsync(IArchiveSink sink, string path, byte[] content, CancellationToken cancellationToken)
    {
        var stream = new MemoryStream(content, writable: false);
        await using (stream.ConfigureAwait(false))
        {
            await sink.AddFileAsync(path, content.Length, stream, cancellationToken).ConfigureAwait(false);
        }
    }

    private static async ValueTask AddAsync(IArchiveSink sink, string path, BlobSource blob, CancellationToken cancellationToken)
    {
        var stream = new VerifyingStream(
            await blob.OpenAsync(0, cancellationToken).ConfigureAwait(false), blob.Descriptor, $"blob {blob.Descriptor.Digest.Short}");
        await using (stream.ConfigureAwait(false))
        {
            await sink.AddFileAsync(path, blob.Descriptor.Size, stream, cancellationToken).ConfigureAwait(false);
        }
    }
}
