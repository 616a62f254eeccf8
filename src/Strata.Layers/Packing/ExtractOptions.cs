using Strata.Layers.Trees;

namespace Strata.Layers.Packing;

/// <summary>How removals in a layer are written into a directory.</summary>
public enum ExtractedMarks
{
    /// <summary>Not at all: for a tree with nothing below it.</summary>
    None,

    /// <summary>Devices 0:0 and <c>trusted.overlay.opaque</c>: for overlays that root mounts.</summary>
    Trusted,

    /// <summary>Devices 0:0 and <c>user.overlay.opaque</c>: for overlays mounted with <c>userxattr</c> in a user namespace.</summary>
    User,
}

/// <summary>How a layer is written into a directory.</summary>
public sealed record ExtractOptions(OwnerPolicy Owners, ExtractedMarks Marks);

/// <param name="DevicesDropped">Device nodes that were left out; whiteouts only where there are no marks.</param>
public sealed record ExtractedLayer(long DevicesDropped);
