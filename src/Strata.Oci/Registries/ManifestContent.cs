using Strata.Oci.Documents;

namespace Strata.Oci.Registries;

/// <summary>A manifest or an index as the registry has it: the bytes have the descriptor's digest. One of the two is set.</summary>
public sealed record ManifestContent(Descriptor Descriptor, ReadOnlyMemory<byte> Bytes, Manifest? Manifest, ImageIndex? Index);

public enum PushOutcome
{
    /// <summary>The repository has it; nothing was sent.</summary>
    AlreadyPresent,

    /// <summary>Taken over from another repository of the registry; nothing was sent.</summary>
    Mounted,

    Uploaded,
}
