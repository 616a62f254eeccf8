namespace Strata.Layers.Entries;

/// <summary>What a name in a file tree is.</summary>
public enum EntryKind
{
    File,
    Directory,
    Symlink,
    CharacterDevice,
    BlockDevice,
    Fifo,

    /// <summary>Another name of a file that came before.</summary>
    HardLink,
}

/// <summary>
/// One name of a file tree, checked. A tree is a sequence of these, a directory before what is in it. A whiteout is a character device 0:0, an opaque
/// directory has the attribute <c>trusted.overlay.opaque</c> = <c>y</c> (Documentation/filesystems/overlayfs.rst).
/// </summary>
public sealed record LayerEntry
{
    public required EntryKind Kind { get; init; }

    /// <summary>Relative, without '.', '..', empty components or a NUL; empty for the root. Components have 1 to 255 bytes.</summary>
    public required byte[] Path { get; init; }

    /// <summary>For messages: without control characters, shortened.</summary>
    public static string Shown(ReadOnlySpan<byte> path) => Posix.PosixPath.Show(path);

    /// <summary>The twelve permission bits.</summary>
    public required uint Mode { get; init; }

    public required uint User { get; init; }

    public required uint Group { get; init; }

    public required Timestamp Modified { get; init; }

    /// <summary>Bytes of a file's content, holes included.</summary>
    public long Size { get; init; }

    /// <summary>A symlink's target as written; a hard link's as <see cref="Path"/>.</summary>
    public byte[] Link { get; init; } = [];

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    public IReadOnlyList<Xattr> Attributes { get; init; } = [];

    public bool IsWhiteout => Kind == EntryKind.CharacterDevice && DeviceMajor == 0 && DeviceMinor == 0;
}
