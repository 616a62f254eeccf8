namespace Strata.Oci.Documents;

/// <summary>One image for one platform: its config and its layers, bottom first.</summary>
public sealed record Manifest
{
    public const int SizeBytesMax = 4 << 20;
    public const int LayersMax = 512;

    public string MediaType { get; init; } = MediaTypes.OciManifest;

    public required Descriptor Config { get; init; }

    public required IReadOnlyList<Descriptor> Layers { get; init; }

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = Annotation.None;
}
