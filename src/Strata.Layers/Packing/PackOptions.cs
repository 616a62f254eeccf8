using Strata.Layers.Trees;

namespace Strata.Layers.Packing;

/// <summary>False leaves a name out, with all below it.</summary>
/// <param name="path">Relative to the directory that is packed.</param>
public delegate bool PathFilter(ReadOnlySpan<byte> path, bool isDirectory);

/// <summary>How a directory of this host becomes a layer.</summary>
public sealed record PackOptions
{
    public static PackOptions Default { get; } = new();

    /// <summary>How the owners of the tree are written on this host; ids below the shift become 0.</summary>
    public OwnerPolicy Owners { get; init; } = OwnerPolicy.Root;

    /// <summary>One owner for everything; null: as found.</summary>
    public (uint User, uint Group)? OwnedBy { get; init; }

    public PathFilter? Filter { get; init; }

    /// <summary>Whether extended attributes are kept, those that layers have a place for.</summary>
    public bool Attributes { get; init; } = true;

    /// <summary>Whether overlayfs' marks of opaque directories are kept: for what overlayfs wrote.</summary>
    public bool OverlayMarks { get; init; }
}
