using Strata.Core;

namespace Strata.Images.Kept;

public enum KeptKind
{
    /// <summary>From a registry.</summary>
    Pulled,

    /// <summary>From an archive of images.</summary>
    Imported,

    /// <summary>Made from packages.</summary>
    BaseSystem,

    /// <summary>From the tar of a root file system.</summary>
    RootFs,
}

/// <param name="SizeBytes">Null: it is gone or damaged, and is fetched or made again when needed.</param>
public sealed record KeptLayer(Digest Digest, long? SizeBytes, DateTimeOffset? LastUsed);

/// <summary>An image on this host.</summary>
public sealed record KeptImage
{
    public required KeptKind Kind { get; init; }

    /// <summary>What it is called: a reference, or what its definition's <c>from:</c> says.</summary>
    public required string Name { get; init; }

    /// <summary>Tags that name it, as of when a registry was last asked, and names it was imported under; written out in full.</summary>
    public required IReadOnlyList<string> References { get; init; }

    /// <summary><c>_public</c> belongs to nobody.</summary>
    public required string Org { get; init; }

    /// <summary>Of its environment, settings and layers (DESIGN §3).</summary>
    public required Digest Digest { get; init; }

    /// <summary>Of its manifest or index; null: it was made here.</summary>
    public Digest? Manifest { get; init; }

    /// <summary>Bottom first.</summary>
    public required IReadOnlyList<KeptLayer> Layers { get; init; }

    /// <summary>Layers of builds before this one, which a lock file may still mean.</summary>
    public IReadOnlyList<KeptLayer> Earlier { get; init; } = [];

    public required ImageConfig Config { get; init; }

    /// <summary>Packages that were asked for.</summary>
    public IReadOnlyList<string> Packages { get; init; } = [];

    /// <summary>Suite → digest of its InRelease.</summary>
    public IReadOnlyDictionary<string, string> Releases { get; init; } = new Dictionary<string, string>();

    /// <summary>When it came or was made; null: not known.</summary>
    public DateTimeOffset? CreatedAt { get; init; }

    /// <summary>Right within a minute.</summary>
    public DateTimeOffset? LastUsed => Layers.Count == 0 || Layers.Any(layer => layer.LastUsed is null) ? null : Layers.Min(layer => layer.LastUsed);

    public bool IsComplete => Layers.All(layer => layer.SizeBytes is not null);

    /// <summary>Layers that other images share are counted in each.</summary>
    public long SizeBytes => Layers.Concat(Earlier).Sum(layer => layer.SizeBytes ?? 0);

    /// <summary>The record's key, of a base system.</summary>
    internal Digest? Key { get; init; }
}

/// <param name="Names">Names that are gone.</param>
/// <param name="IsImageGone">False: another name still means it.</param>
public sealed record RemovedImage(string Name, IReadOnlyList<string> Names, bool IsImageGone, int Layers, long BytesFreed);
