namespace Strata.Oci.Documents;

/// <summary>An image for one platform, resolved and checked, without its layers' bytes.</summary>
public sealed record ImageDescription
{
    /// <summary>Of the platform's manifest.</summary>
    public required Descriptor Descriptor { get; init; }

    /// <summary>The manifest as it was read: these bytes have its digest.</summary>
    public required ReadOnlyMemory<byte> ManifestBytes { get; init; }

    public required Manifest Manifest { get; init; }

    public required ReadOnlyMemory<byte> ConfigBytes { get; init; }

    public required ImageConfig Config { get; init; }

    /// <exception cref="OciException">Manifest and config do not fit each other, or are no image.</exception>
    public static ImageDescription Create(string name, Descriptor descriptor, ReadOnlyMemory<byte> manifestBytes, Manifest manifest, ReadOnlyMemory<byte> configBytes)
    {
        RequireImage(name, manifest);
        var config = DocumentReader.ReadConfig(configBytes.Span);
        return config.DiffIds.Count == manifest.Layers.Count
            ? new() { Descriptor = descriptor, ManifestBytes = manifestBytes, Manifest = manifest, ConfigBytes = configBytes, Config = config }
            : throw OciDiagnostics.BadDocument("image config", $"it names {config.DiffIds.Count} layers, and the manifest {manifest.Layers.Count}");
    }

    /// <summary>Itself, if its config says that it runs there. (The variant is often left out there, and was chosen by the index.)</summary>
    internal ImageDescription For(Platform wanted, string name) =>
        Config.Platform.Os == wanted.Os && Config.Platform.Architecture == wanted.Architecture
            ? this
            : throw OciDiagnostics.NoPlatform(name, wanted.ToString(), OciDiagnostics.Shown(Config.Platform.ToString()));

    /// <summary>Before anything it names is fetched.</summary>
    internal static void RequireImage(string name, Manifest manifest)
    {
        if (!MediaTypes.IsConfig(manifest.Config.MediaType))
        {
            throw OciDiagnostics.Unsupported(name, $"it holds {OciDiagnostics.Shown(manifest.Config.MediaType)}, which is no image");
        }

        foreach (var layer in manifest.Layers)
        {
            if (MediaTypes.CompressionOf(layer.MediaType) is null)
            {
                throw OciDiagnostics.Unsupported(name, $"one of its layers is {OciDiagnostics.Shown(layer.MediaType)}");
            }
        }
    }
}
