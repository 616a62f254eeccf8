using Strata.Layers.Indexes;

namespace Strata.Images.Capturing;

/// <summary>In what two layers differ, by their names.</summary>
internal static class LayerComparison
{
    /// <summary>In path order.</summary>
    public static IEnumerable<NameDifference> Between(LayerIndex first, LayerIndex second) => [];
}

/// <param name="Path">For people.</param>
/// <param name="How">For people: what differs, the first layer's value before the second's.</param>
internal sealed record NameDifference(string Path, string How);
