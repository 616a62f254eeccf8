namespace Strata.Images.Kept;

/// <summary>How many need each layer: it goes with the last of them only.</summary>
/// <param name="needs">Each layer as often as it is needed.</param>
internal sealed class LayerShares<TLayer>(IEnumerable<TLayer> needs)
    where TLayer : notnull
{
    private readonly Dictionary<TLayer, int> _left = needs.CountBy(static layer => layer).ToDictionary();

    /// <summary>One that needs it goes.</summary>
    /// <returns>Whether none is left.</returns>
    public bool IsLast(TLayer layer) => --_left[layer] == 0;
}
