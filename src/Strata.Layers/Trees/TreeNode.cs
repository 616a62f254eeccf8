using Strata.Layers.Entries;

namespace Strata.Layers.Trees;

internal enum NodeKind
{
    File,
    Directory,
    Symlink,
    Fifo,

    /// <summary>A device that was left out: remembered so that a hard link to it is left out too.</summary>
    Dropped,

    Whiteout,
}

/// <summary>What a name stands for. Several names share one: hard links.</summary>
internal sealed class TreeNode(NodeKind kind)
{
    public NodeKind Kind { get; } = kind;

    public uint Mode { get; set; }

    public uint User { get; set; }

    public uint Group { get; set; }

    public Timestamp Modified { get; set; }

    public IReadOnlyList<Xattr> Attributes { get; set; } = [];

    /// <summary>A symlink's target.</summary>
    public byte[] Target { get; init; } = [];

    /// <summary>Of a directory; else null.</summary>
    public Dictionary<byte[], TreeNode>? Children { get; } = kind is NodeKind.Directory ? new(NameComparer.Instance) : null;
}
