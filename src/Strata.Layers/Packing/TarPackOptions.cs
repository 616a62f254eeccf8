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
    /// Gives the layers below, bottom first, which the caller closes after the packing. Asked for once at most, and only when the archive needs them: for a hard link to
    /// what they hold (such a file is copied into the layer under both names), and for a directory that no entry names (it is as the one below; if that is a symbolic link, what is put into it
    /// goes where the link points to). May wait for them; the archive is not read meanwhile. Null: nothing is below, such a link is refused with
    /// <see cref="MissingLinkTargetException"/>, and such a directory has mode 0755, owner 0 and time 0.
    /// </summary>
    public Func<CancellationToken, ValueTask<IReadOnlyList<ErofsReader>>>? OpenLowers { get; init; }

    public TreeImportLimits Limits { get; init; } = TreeImportLimits.Default;

    /// <summary>Its highest id counts; an archive's owners are not shifted.</summary>
    public OwnerPolicy Owners { get; init; } = OwnerPolicy.Root;
}
