using System.Globalization;

namespace Strata.Images.Building;

/// <summary>Where in a recipe something happens.</summary>
/// <param name="Index">From 0.</param>
internal readonly record struct StepPlace(string Recipe, int Index, int Count, string Title)
{
    /// <summary>As people count.</summary>
    public int Number => Index + 1;

    /// <summary>How messages begin that speak of it.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"Step {Number} of the image '{Recipe}'");
}
