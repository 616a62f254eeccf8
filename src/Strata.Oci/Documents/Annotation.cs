using System.Collections.Frozen;

namespace Strata.Oci.Documents;

/// <summary>Names of annotations that Strata reads or writes.</summary>
public static class Annotation
{
    /// <summary>The tag of an image inside an image layout.</summary>
    public const string RefName = "org.opencontainers.image.ref.name";

    /// <summary>The whole reference, as containerd and docker write it.</summary>
    public const string ContainerdName = "io.containerd.image.name";

    internal static readonly IReadOnlyDictionary<string, string> None = FrozenDictionary<string, string>.Empty;
}
