using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Core;
using Strata.Oci.Documents;

namespace Strata.Oci.Archives;

internal sealed record WireSavedImage(
    [property: JsonPropertyName("Config")] string? Config,
    [property: JsonPropertyName("RepoTags")] IReadOnlyList<string?>? RepoTags,
    [property: JsonPropertyName("Layers")] IReadOnlyList<string?>? Layers);

[JsonSerializable(typeof(IReadOnlyList<WireSavedImage>))]
internal sealed partial class DockerArchiveJson : JsonSerializerContext;

/// <summary>
/// <code>
/// manifest.json         [{"Config":"HEX.json","RepoTags":["name:tag"],"Layers":["HEX/layer.tar",…]}]
/// HEX.json              the config; its diff_ids are the layers' only digests
/// HEX/layer.tar         the layers, seldom compressed
/// </code>
/// A manifest is made up for it, so that an image is an image wherever it comes from.
/// </summary>
internal sealed class DockerArchive : ImageArchive
{
    private const int ImagesMax = 1024;

    private readonly IArchiveFiles _files;
    private readonly IReadOnlyList<WireSavedImage> _images;
    private readonly System.Collections.Concurrent.ConcurrentDictionary<Digest, string> _paths = new();

    private DockerArchive(IArchiveFiles files, IReadOnlyList<WireSavedImage> images)
        : base(files) => (_files, _images) = (files, images);

    public override IReadOnlyList<string> Names => [.. _images.SelectMany(image => image.RepoTags ?? []).OfType<string>().Distinct(StringComparer.Ordinal)];

    public static async ValueTask<DockerArchive> ReadAsync(IArchiveFiles files, CancellationToken cancellationToken)
    {
        var json = await ReadFileAsync(files, DockerManifest, Manifest.SizeBytesMax, cancellationToken).ConfigureAwait(false);
        try
        {
            var images = JsonSerializer.Deserialize(json, DockerArchiveJson.Default.IReadOnlyListWireSavedImage);
            return images is { Count: > 0 and <= ImagesMax } && images.All(image => image is { Config: not null, Layers: not null })
                ? new(files, images)
                : throw OciDiagnostics.BadArchive($"its {DockerManifest} lists no image");
        }
        catch (JsonException e)
        {
            throw OciDiagnostics.BadArchive($"its {DockerManifest} is not the JSON it should be", e);
        }
    }

    public override async ValueTask<ImageDescription> GetImageAsync(string? name, Platform platform, CancellationToken cancellationToken)
    {
        var candidates = _images.Where(image => name is null || (image.RepoTags ?? []).Any(tag => tag is not null && Means(tag, name))).ToList();
        if (candidates.Count != 1)
        {
            throw OciDiagnostics.WhichImage(name ?? "its name alone", OciLayout.Offered(Names));
        }

        var shown = name is null ? "the image" : OciDiagnostics.Shown(name);
        var image = candidates[0];
        var configBytes = await ReadFileAsync(_files, image.Config!, ImageConfig.SizeBytesMax, cancellationToken).ConfigureAwait(false);
        var config = DocumentReader.ReadConfig(configBytes);
        if (config.DiffIds.Count != image.Layers!.Count)
        {
            throw OciDiagnostics.BadArchive($"its config names {config.DiffIds.Count} layers, and {DockerManifest} {image.Layers.Count}");
        }

        var configDescriptor = Descriptor.Of(MediaTypes.OciConfig, configBytes);
        _paths[configDescriptor.Digest] = image.Config!;
        List<Descriptor> layers = [];
        for (var i = 0; i < config.DiffIds.Count; i++)
        {
            layers.Add(await DescribeAsync(image.Layers[i] ?? "", config.DiffIds[i], cancellationToken).ConfigureAwait(false));
        }

        var manifest = new Manifest { Config = configDescriptor, Layers = layers };
        var bytes = DocumentWriter.Write(manifest);
        return ImageDescription.Create(shown, Descriptor.Of(manifest.MediaType, bytes), bytes, manifest, configBytes).For(platform, shown);
    }

    private protected override string? PathOf(Digest digest) => _paths.GetValueOrDefault(digest);

    private async ValueTask<Descriptor> DescribeAsync(string path, Digest diffId, CancellationToken cancellationToken)
    {
        var size = _files.SizeOf(path) ?? throw OciDiagnostics.BadArchive($"it lacks the layer '{OciDiagnostics.Shown(path)}'");
        var stream = _files.Open(path);
        await using (stream.ConfigureAwait(false))
        {
            var magic = new byte[4];
            var read = await stream.ReadAtLeastAsync(magic, magic.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            var mediaType = magic switch
            {
                [0x1f, 0x8b, ..] => MediaTypes.OciLayerGzip,
                [0x28, 0xb5, 0x2f, 0xfd] => MediaTypes.OciLayerZstd,
                _ => MediaTypes.OciLayer,
            };

            // The config knows the digest of the plain tar; of a compressed one nobody has said it.
            var digest = mediaType == MediaTypes.OciLayer ? diffId : await HashAsync(magic.AsMemory(0, read), stream, cancellationToken).ConfigureAwait(false);
            _paths[digest] = path;
            return new() { MediaType = mediaType, Digest = digest, Size = size };
        }
    }

    private static async ValueTask<Digest> HashAsync(ReadOnlyMemory<byte> start, Stream rest, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(start.Span);
        var buffer = new byte[128 << 10];
        int read;
        while ((read = await rest.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }
}
