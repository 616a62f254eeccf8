using Microsoft.Win32.SafeHandles;
using Strata.Layers.Entries;

namespace Strata.Layers.Differences;

/// <summary>A directory as an overlay shows it.</summary>
/// <param name="Path">From the overlay's root.</param>
/// <param name="Upper">Its open part in the upper; null: none. Closed by whoever entered it.</param>
/// <param name="UpperPath">Where that is in the upper.</param>
/// <param name="Lower">The path of its part in the lowers: another than <paramref name="Path"/> after a rename; null: none.</param>
internal sealed record MergedDirectory(byte[] Path, LayerEntry Entry, SafeFileHandle? Upper, byte[]? UpperPath, byte[]? Lower)
{
    /// <summary>Whether it is laid on what the lowers have in the same place.</summary>
    public bool IsAsBefore => Lower is not null && Lower.AsSpan().SequenceEqual(Path);

    public static MergedDirectory Root(SafeFileHandle upper, LayerEntry entry) => new([], entry, upper, [], []);

    /// <summary>A directory that the upper names.</summary>
    public MergedDirectory? Enter(UpperEntry child, MergedTree lowers)
    {
        var lower = child.IsOpaque ? null
            : child.Redirect is [(byte)'/', .. var absolute] ? absolute
            : Lower is null ? null
            : TreePath.Join(Lower, child.Redirect ?? child.Name);
        if (lower is not null && lowers.Find(lower)?.Entry.Kind is not EntryKind.Directory)
        {
            lower = null;
        }

        return UpperReader.TryOpenDirectory(Upper!, child.Name) is { } upper
            ? new(TreePath.Join(Path, child.Name), child.Entry, upper, TreePath.Join(UpperPath!, child.Name), lower)
            : null;
    }

    /// <summary>A directory that only the lowers name.</summary>
    public MergedDirectory? EnterLower(byte[] name, MergedTree lowers) =>
        EnterAny(name, lowers) is { Entry: { Kind: EntryKind.Directory } entry }
            ? new(TreePath.Join(Path, name), entry, null, null, TreePath.Join(Lower!, name))
            : null;

    /// <summary>What the lowers show of a name.</summary>
    public MergedEntry? EnterAny(byte[] name, MergedTree lowers) => Lower is null ? null : lowers.Find(TreePath.Join(Lower, name));
}
