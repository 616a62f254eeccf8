using Microsoft.Win32.SafeHandles;
using Strata.Layers.Entries;
using Strata.Layers.Trees;

namespace Strata.Layers.Differences;

/// <summary>What became of a stack of layers in an overlay that is no longer written to.</summary>
public sealed record DifferenceRequest
{
    /// <summary>The overlay's upper directory.</summary>
    public required string Upper { get; init; }

    /// <summary>What the overlay's lowers show together.</summary>
    public required MergedTree Lowers { get; init; }

    /// <summary>Opens the content of a file of the lowers: only what a renamed directory took along is read.</summary>
    public required Func<MergedEntry, SafeFileHandle> OpenLower { get; init; }

    /// <summary>
    /// What the new layer will lie on, its root at <see cref="Path"/>; null: the lowers. Where it is given, only its names get whiteouts, and no
    /// directory becomes opaque: what else the lowers hold is none of the layer's business. Read when the first name is gone.
    /// </summary>
    public Lazy<MergedTree>? Base { get; init; }

    /// <summary>
    /// Whether the upper is taken as it is: nothing is compared with the lowers, of which nothing is asked; names that did not change come too. Whoever asks for this knows that no directory was
    /// renamed.
    /// </summary>
    public bool IsVerbatim { get; init; }

    /// <summary>The directory that becomes the layer's root; empty: all.</summary>
    public byte[] Path { get; init; } = [];

    /// <summary>Left out with all below: paths from the overlay's root.</summary>
    public IReadOnlyList<byte[]> Except { get; init; } = [];

    /// <summary>
    /// Whether a path is left out with all below although it was made or changed: what the lowers have there stays, and so does their directory's time. Not
    /// asked for what was removed.
    /// </summary>
    public Func<byte[], bool> LeavesOut { get; init; } = static _ => false;

    /// <summary>Where something was mounted into the sandbox: empty files and directories there that the lowers lack and links to one of them were made for that, and directories that hold nothing else.</summary>
    public IReadOnlyList<byte[]> MountPoints { get; init; } = [];

    public OwnerPolicy Owners { get; init; } = OwnerPolicy.Root;

    /// <summary>Whether the overlay was mounted with <c>userxattr</c>: else its marks in <c>user.*</c> are a job's own attributes and mean nothing.</summary>
    public bool UserXattr { get; init; }
}

/// <summary>A name of the new layer.</summary>
/// <param name="OpenContent">Of a file that is not empty; the caller disposes it. Else null.</param>
public sealed record DifferenceEntry(LayerEntry Entry, Func<SafeFileHandle>? OpenContent);
