using Strata.Core;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <summary>A built layer, by what it was built from.</summary>
public readonly record struct LayerSource(Digest Key, Digest Layer)
{
    /// <summary>None: it was not built from a step.</summary>
    public static IReadOnlyList<LayerSource> Of(ResolvedLayer layer) => Digest.TryParse(layer.Key, null, out var key) ? [new(key, layer.Digest)] : [];
}

/// <summary>What one step of an image became. Once published only its last use and its state change.</summary>
public sealed record ImageLayerRecord
{
    /// <summary>Layer key: of all that the layer depends on.</summary>
    public required Digest Key { get; init; }

    public required Scope Scope { get; init; }

    public required Digest Layer { get; init; }

    public required long SizeBytes { get; init; }

    /// <summary>What it holds may be another tomorrow: <c>max-age</c> is for such layers.</summary>
    public required bool UsesNetwork { get; init; }

    /// <summary>No secret was mounted, and all below is shareable (DESIGN §7).</summary>
    public required bool Shareable { get; init; }

    public required Producer Producer { get; init; }

    /// <summary>Kept to the millisecond.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Right within an hour.</summary>
    public required DateTimeOffset LastUsedAt { get; init; }

    /// <summary>Kept to the millisecond.</summary>
    public required TimeSpan BuildDuration { get; init; }

    /// <summary>Canonical JSON of what the key is of.</summary>
    public required string Manifest { get; init; }

    /// <summary>Name of the definition it was built for.</summary>
    public required string Definition { get; init; }

    /// <summary>From 0.</summary>
    public required int Step { get; init; }

    /// <summary>Why it is out of use, for people; null: it is live, or that was not asked for.</summary>
    public string? RetiredBecause { get; init; }

    /// <summary>The built layers it stands on and copies from: revoking any of them revokes it. Told when it is published, not read back.</summary>
    public IReadOnlyList<LayerSource> StandsOn { get; init; } = [];
}
