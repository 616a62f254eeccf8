using Strata.Layers.Entries;
using Strata.Layers.Store;

namespace Strata.Layers.Views;

/// <summary>
/// What a view shows. Equal requests give equal views. Where two parts have the same path the later one counts: two directories become one with the later
/// one's metadata; anything else replaces what the earlier part has there and below.
/// </summary>
public sealed record ViewRequest
{
    public required IReadOnlyList<ViewPart> Parts { get; init; }

    /// <summary>One owner for everything the parts show; null: as found.</summary>
    public (uint User, uint Group)? OwnedBy { get; init; }

    /// <summary>One modification time for everything the parts show; null: as found.</summary>
    public Timestamp? Modified { get; init; }

    /// <summary>
    /// The directories that lead to the parts' prefixes, the root's path empty: exactly as given, whatever <see cref="OwnedBy"/> and <see cref="Modified"/>
    /// say. Those left out get <see cref="ViewDirectory.Default"/>. A directory that a part itself shows is that part's.
    /// </summary>
    public IReadOnlyList<ViewDirectory> Directories { get; init; } = [];
}

/// <summary>What one stack of layers contributes.</summary>
public sealed record ViewPart
{
    /// <summary>
    /// Bottom first; removals count among these layers only. Views may be among them: the new view stands on what they stand on. Held until the view is
    /// opened, by the caller.
    /// </summary>
    public required IReadOnlyList<LayerLease> Layers { get; init; }

    /// <summary>The directory of the stack that is shown, as the part's root; empty: all. The part shows nothing if there is no such directory.</summary>
    public byte[] Below { get; init; } = [];

    /// <summary>Where the view shows the part's root; empty: as its own root.</summary>
    public byte[] Prefix { get; init; } = [];

    public ViewSelection Selection { get; init; } = ViewSelection.All;

    /// <summary>Whether no layer may be a view: of what a job stored, since one that names the digest of a layer would show what is in it to whoever only knows the digest.</summary>
    public bool StandsAlone { get; init; }
}

/// <summary>The metadata of a directory that no part shows.</summary>
public sealed record ViewDirectory(byte[] Path, uint Mode, uint User, uint Group, Timestamp Modified, IReadOnlyList<Xattr> Attributes)
{
    /// <summary>1980-01-01, which every archive format can say: a directory that nobody made has no time of its own.</summary>
    public static Timestamp DefaultModified { get; } = new(315_532_800, 0);

    /// <summary>Mode 0755.</summary>
    public static ViewDirectory Default(byte[] path, uint user, uint group, Timestamp modified) => new(path, 0x1ed, user, group, modified, []);
}
