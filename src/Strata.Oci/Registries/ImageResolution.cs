using Strata.Oci.Documents;
using Strata.Oci.References;

namespace Strata.Oci.Registries;

/// <summary>From a reference to the image of one platform: index → manifest → config, each checked before the next is fetched.</summary>
internal sealed class ImageResolution(ManifestCalls manifests, RegistryClient blobs)
{
    public async Task<ImageDescription> GetAsync(Reference reference, Platform platform, CancellationToken cancellationToken)
    {
        var name = reference.ToShortString();
        var content = await manifests.GetAsync(reference, null, cancellationToken).ConfigureAwait(false);
        for (var depth = 1; content.Index is { } index; depth++)
        {
            if (depth > ImageIndex.DepthMax)
            {
                throw OciDiagnostics.BadDocument("index", $"indexes are nested deeper than {ImageIndex.DepthMax}");
            }

            var chosen = PlatformChoice.Choose(index.Manifests, platform)
                ?? throw OciDiagnostics.NoPlatform(name, platform.ToString(), PlatformChoice.Offered(index.Manifests));
            content = await manifests.GetAsync(reference.With(chosen.Digest), chosen, cancellationToken).ConfigureAwait(false);
        }

        var manifest = content.Manifest!;
        ImageDescription.RequireImage(name, manifest);
        var config = await blobs.GetBlobAsync(reference, manifest.Config, ImageConfig.SizeBytesMax, cancellationToken).ConfigureAwait(false);
        return ImageDescription.Create(name, content.Descriptor, content.Bytes, manifest, config).For(platform, name);
    }
}
