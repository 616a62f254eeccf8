using Strata.Core;
using Strata.Oci.Documents;

namespace Strata.Oci.Archives;

/// <summary>
/// <code>
/// oci-layout            {"imageLayoutVersion":"1.0.0"}
/// index.json            an index; its descriptors carry the names
/// blobs/sha256/HEX      manifests, configs, layers
/// </code>
/// </summary>
internal sealed class OciLayout : ImageArchive
{
    private readonly ImageIndex _index;

    private OciLayout(IArchiveFiles files, ImageIndex index)
        : base(files) => _index = index;

    public override IReadOnlyList<string> Names => [.. _index.Manifests.SelectMany(NamesOf).Distinct(StringComparer.Ordinal)];

    public static async ValueTask<OciLayout> ReadAsync(IArchiveFiles files, CancellationToken cancellationToken)
    {
        var json = await ReadFileAsync(files, OciIndex, Manifest.SizeBytesMax, cancellationToken).ConfigureAwait(false);
        var (_, index) = DocumentReader.ReadManifest(json, null);
        return index is null ? throw OciDiagnostics.BadArchive($"its {OciIndex} is no index") : new(files, index);
    }

    public override async ValueTask<ImageDescription> GetImageAsync(string? name, Platform platform, CancellationToken cancellationToken)
    {
        var shown = name is null ? "the image" : OciDiagnostics.Shown(name);
        var descriptor = Choose(name, platform);
        for (var depth = 1; ; depth++)
        {
            var bytes = await ReadBlobAsync(descriptor, Manifest.SizeBytesMax, cancellationToken).ConfigureAwait(false);
            var (manifest, index) = DocumentReader.ReadManifest(bytes, descriptor.MediaType);
            if (manifest is not null)
            {
                ImageDescription.RequireImage(shown, manifest);
                var config = await ReadBlobAsync(manifest.Config, ImageConfig.SizeBytesMax, cancellationToken).ConfigureAwait(false);
                return ImageDescription.Create(shown, descriptor, bytes, manifest, config).For(platform, shown);
            }

            descriptor = depth >= ImageIndex.DepthMax
                ? throw OciDiagnostics.BadDocument("index", $"indexes are nested deeper than {ImageIndex.DepthMax}")
                : PlatformChoice.Choose(index!.Manifests, platform)
                    ?? throw OciDiagnostics.NoPlatform(shown, platform.ToString(), PlatformChoice.Offered(index.Manifests));
        }
    }

    private protected override string? PathOf(Digest digest) => $"blobs/sha256/{digest.Hex}";

    private Descriptor Choose(string? name, Platform platform)
    {
        List<Descriptor> candidates = [.. _index.Manifests.Where(manifest => name is null || NamesOf(manifest).Any(own => Means(own, name)))];
        if (candidates.DistinctBy(candidate => candidate.Digest).Count() == 1)
        {
            return candidates[0];
        }

        var fitting = candidates.Where(candidate => candidate.Platform is null || platform.DistanceTo(candidate.Platform) is not null).ToList();
        return candidates.Count > 0 && fitting.Count == 0
            ? throw OciDiagnostics.NoPlatform(name ?? "The archive", platform.ToString(), PlatformChoice.Offered(candidates))
            : fitting.Count > 0 && fitting.TrueForAll(candidate => candidate.Platform is not null)
                && fitting.Select(candidate => candidate.Platform).Distinct().Count() == fitting.Count
                ? PlatformChoice.Choose(fitting, platform)!
                : throw OciDiagnostics.WhichImage(name ?? "its name alone", Offered(Names));
    }

    internal static string Offered(IReadOnlyList<string> names) =>
        names.Count == 0 ? "(it names none)" : string.Join(", ", names.Take(20).Select(OciDiagnostics.Shown));

    private static IEnumerable<string> NamesOf(Descriptor manifest)
    {
        if (manifest.Annotations.TryGetValue(Annotation.ContainerdName, out var full))
        {
            yield return full;
        }

        if (manifest.Annotations.TryGetValue(Annotation.RefName, out var tag))
        {
            yield return tag;
        }
    }
}
