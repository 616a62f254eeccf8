using Strata.Layers.Store;

namespace Strata.Images.Pruning;

/// <summary>What may go.</summary>
public sealed record PruneRequest
{
    public const double MinFreePercentDefault = 15;

    /// <summary>Only what was not used for this long; null: whatever its age.</summary>
    public TimeSpan? OlderThan { get; init; }

    /// <summary>The store shall be no larger, in bytes; null: its cap.</summary>
    public long? KeepBytes { get; init; }

    /// <summary>So much of the disk shall be free.</summary>
    public double MinFreePercent { get; init; } = MinFreePercentDefault;

    /// <summary>Everything that nothing uses goes, pressure or not.</summary>
    public bool AllUnused { get; init; }

    /// <summary>Only say what would go.</summary>
    public bool IsDryRun { get; init; }
}

/// <summary>How full store and disk are, in bytes.</summary>
public sealed record StorePressure(long StoreBytes, long CapBytes, long DiskFreeBytes, long DiskBytes);

public enum PruneKind
{
    /// <summary>A layer that a step of a definition made.</summary>
    BuiltLayer,

    /// <summary>A base system, or an image of a registry or an archive.</summary>
    Image,

    /// <summary>A layer that nothing names.</summary>
    Layer,
}

/// <summary>Something that takes space.</summary>
/// <param name="Name">For people.</param>
/// <param name="LastUsed">Null: never known to be used.</param>
/// <param name="SizeBytes">What goes with it at most: layers may be shared.</param>
/// <param name="UsedBy">What needs it; null: nothing.</param>
public sealed record PruneItem(PruneKind Kind, string Name, DateTimeOffset? LastUsed, long SizeBytes, string? UsedBy)
{
    /// <summary>What it needs that others may need too: a layer goes with the last that needs it. Empty: all its bytes are its own.</summary>
    public IReadOnlyList<(LayerName Layer, long SizeBytes)> Layers { get; init; } = [];
}

/// <param name="Reason">For people: why it goes or stays.</param>
public sealed record PruneDecision(PruneItem Item, bool Goes, string Reason);
