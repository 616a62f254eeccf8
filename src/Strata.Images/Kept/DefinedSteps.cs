namespace Strata.Images.Kept;

/// <summary>The steps that make layers, of the images that workflows declare, by the name their layers are recorded under.</summary>
public sealed class DefinedSteps
{
    private readonly Dictionary<string, HashSet<int>> _steps = new(StringComparer.Ordinal);

    /// <summary>Of two images with one name, both.</summary>
    /// <param name="steps">From 0.</param>
    public void Add(string definition, IEnumerable<int> steps)
    {
        if (!_steps.TryGetValue(definition, out var known))
        {
            _steps.Add(definition, known = []);
        }

        known.UnionWith(steps);
    }

    /// <summary>Whether an image of that name is declared, with such steps or without.</summary>
    public bool Knows(string definition) => _steps.ContainsKey(definition);

    /// <param name="step">From 0.</param>
    public bool Has(string definition, int step) => _steps.TryGetValue(definition, out var steps) && steps.Contains(step);
}
