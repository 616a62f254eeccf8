using Strata.Layers.Erofs;
using Strata.Layers.Trees;

namespace Strata.Layers.Packing;

/// <summary>How an archive says that something of the layers below is gone.</summary>
public enum WhiteoutForm
{
    /// <summary>Names <c>.wh.NAME</c> and <c>.wh..wh..opq</c> (OCI image-spec, layer.md). Devices 0:0 and overlayfs' attributes are dropped.</summary>
    Oci,

    /// <summary>Devices 0:0 and <c>trusted.overlay.opaque</c>, as in a layer: for archives Strata wrote.</summary>
    Overlay,
}

/// <summary>How an archive becomes a layer.</summary>
public sealed record TarPackOptions
{
    public static TarPackOptions Default { get; } = new();

    public WhiteoutForm Form { get; init; } = WhiteoutForm.Oci;

    /// <summary>
    /// The layers below, bottom first, for hard links to what they hold: such a file is copied into the layer under both names. Empty: such links are refused
    /// with <see cref="MissingLinkTargetException"/>, and the archive can be packed again once the layers below are there.
    /// </summary>
    public IReadOnlyList<ErofsReader> Lowers { get; init; } = [];

    public TreeImportLimits Limits { get; init; } = TreeImportLimits.Default;

    /// <summary>Its highest id counts; an archive's owners are not shifted.</summary>
    public OwnerPolicy Owners { get; init; } = OwnerPolicy.Root;
}
