using Strata.Images;
using Strata.Tenancy;

namespace Strata.Execution.Jobs;

/// <summary>What a job stands on. Who reads its outputs stands on the same: what it restored may be in them.</summary>
/// <param name="Sources">What it restored or took, and what went before.</param>
/// <param name="ImageLayers">Of images whose products nobody asked for yet.</param>
/// <param name="IsShareable">Whether forks may see what stands on it.</param>
internal sealed record JobOrigin(IReadOnlyList<Product> Sources, IReadOnlyList<ResolvedLayer> ImageLayers, bool IsShareable)
{
    public static JobOrigin Nothing { get; } = new([], [], true);

    public JobOrigin With(JobOrigin other) =>
        ReferenceEquals(this, Nothing) ? other
        : ReferenceEquals(other, Nothing) ? this
        : new(Both(Sources, other.Sources), Both(ImageLayers, other.ImageLayers), IsShareable && other.IsShareable);

    private static IReadOnlyList<T> Both<T>(IReadOnlyList<T> these, IReadOnlyList<T> those) =>
        these.Count == 0 ? those : those.Count == 0 ? these : [.. these.Union(those)];
}
