using Strata.Core;
using Strata.Layers.Store;

namespace Strata.Images;

/// <summary>A base's layers, held, and what it says of how to start in it.</summary>
internal sealed record ResolvedBase(IReadOnlyList<LayerLease> Leases, IReadOnlyList<ResolvedLayer> Layers, ImageConfig Config)
{
    /// <summary>Of an image of a registry or an archive: what it is kept under.</summary>
    public (LayerOrg Org, Digest Manifest)? Record { get; init; }

    /// <summary>Images from base systems say nothing of their environment; this is what Debian's own default is for root.</summary>
    public static ImageConfig DefaultConfig { get; } = new(
        new Dictionary<string, string> { ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" }, null, null);

    public static ResolvedBase Of((LayerLease Lease, ResolvedLayer Layer) single) => new([single.Lease], [single.Layer], DefaultConfig);
}
