using Strata.Layers.Entries;

namespace Strata.Layers.Tar;

internal enum TarEntryKind
{
    File,
    HardLink,
    Symlink,
    Directory,
    Fifo,
    Device,
}

/// <summary>One member, its names normalised and checked. Its content, if any, follows in the reader.</summary>
internal sealed class TarEntry
{
    public required TarEntryKind Kind { get; init; }

    /// <summary>Relative, without '.', '..', empty components or a NUL; empty for the root.</summary>
    public required byte[] Path { get; init; }

    /// <summary>A hard link's target: as <see cref="Path"/>. A symlink's: as written.</summary>
    public byte[] Link { get; init; } = [];

    /// <summary>The twelve permission bits.</summary>
    public required uint Mode { get; init; }

    public required uint User { get; init; }

    public required uint Group { get; init; }

    public required Timestamp Modified { get; init; }

    public long Size { get; init; }

    public IReadOnlyList<Xattr> Attributes { get; init; } = [];

    /// <summary>Extended attributes that are not kept (see <see cref="AttributePolicy"/>).</summary>
    public int AttributesDropped { get; init; }
}
