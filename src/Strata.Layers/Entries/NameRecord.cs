using Strata.Core;

namespace Strata.Layers.Entries;

/// <summary>What a <see cref="LayerEntry"/> is, for one look at it: of the hundred thousands of names of a tree none costs an object.</summary>
internal readonly ref struct NameRecord
{
    public required EntryKind Kind { get; init; }

    public required ReadOnlySpan<byte> Path { get; init; }

    public required uint Mode { get; init; }

    public required uint User { get; init; }

    public required uint Group { get; init; }

    public required Timestamp Modified { get; init; }

    public long Size { get; init; }

    /// <summary>Of a file.</summary>
    public Digest Content { get; init; }

    public ReadOnlySpan<byte> Link { get; init; }

    public uint DeviceMajor { get; init; }

    public uint DeviceMinor { get; init; }

    public required IReadOnlyList<Xattr> Attributes { get; init; }

    /// <param name="content">Of a file.</param>
    public static NameRecord Of(LayerEntry entry, Digest content) => new()
    {
        Kind = entry.Kind,
        Path = entry.Path,
        Mode = entry.Mode,
        User = entry.User,
        Group = entry.Group,
        Modified = entry.Modified,
        Size = entry.Size,
        Content = content,
        Link = entry.Link,
        DeviceMajor = entry.DeviceMajor,
        DeviceMinor = entry.DeviceMinor,
        Attributes = entry.Attributes,
    };
}
