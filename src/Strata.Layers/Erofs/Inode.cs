using Strata.Layers.Entries;

namespace Strata.Layers.Erofs;

/// <summary>What one or several names of an <see cref="EntryTree"/> stand for. Kept small: there may be millions.</summary>
internal struct Inode
{
    public EntryKind Kind;
    public InodeMarks Marks;
    public ushort Mode;
    public uint User;
    public uint Group;
    public uint Nanoseconds;
    public long Seconds;

    /// <summary>Bytes of content; of a symlink, its target's length.</summary>
    public long Size;

    /// <summary>Names that are this inode; 0: replaced, not part of the tree any more.</summary>
    public int Names;

    /// <summary>First block of the content of a file, or of a directory's whole blocks; of a file in pieces, how many.</summary>
    public uint StartBlock;

    /// <summary>Index of its attribute list; 0: none.</summary>
    public int Attributes;

    /// <summary>Symlink: where its target is kept. Device: its number. File in pieces: where its extents are kept.</summary>
    public uint Extra;

    /// <summary>Index of the content's digest; 0: none.</summary>
    public int Content;

    /// <summary>Place in the metadata; 0: not placed yet.</summary>
    public uint Nid;

    public readonly bool Has(InodeMarks mark) => (Marks & mark) != 0;
}

[Flags]
internal enum InodeMarks : byte
{
    None = 0,

    /// <summary>A directory no entry named: made because something is in it.</summary>
    Implied = 1,

    /// <summary>Has the attribute trusted.overlay.opaque = y whatever its list says.</summary>
    Opaque = 2,

    /// <summary>Its content is a list of extents, with holes or on other devices.</summary>
    Pieces = 4,

    /// <summary>The last part of its data follows the inode.</summary>
    InlineTail = 8,
}
