namespace Strata.Oci.Documents;

/// <summary>Manifests (or further indexes) to choose from by platform: docker's manifest list.</summary>
public sealed record ImageIndex
{
    public const int ManifestsMax = 1024;

    /// <summary>An index in an index is allowed, but no deeper.</summary>
    public const int DepthMax = 2;

    public string MediaType { get; init; } = MediaTypes.OciIndex;

    public required IReadOnlyList<Descriptor> Manifests { get; init; }

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = Annotation.None;
}
