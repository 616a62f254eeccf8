namespace Strata.Images.Kept;

/// <summary>The steps that make layers, of the images that workflows declare, by the name their layers are recorded under.</summary>
public sealed class DefinedSteps
{
    private readonly Dictionary<string, Dictionary<int, int>> _steps = new(StringComparer.Ordinal);

    /// <summary>Of two images with one name, both.</summary>
    /// <param name="steps">From 0.</param>
    public void Add(string definition, IEnumerable<int> steps)
    {
        if (!_steps.TryGetValue(definition, out var known))
        {
            _steps.Add(definition, known = []);
        }

        foreach (var step in steps)
        {
            known[step] = known.GetValueOrDefault(step) + 1;
        }
    }

    /// <summary>Whether an image of that name is declared, with such steps or without.</summary>
    public bool Knows(string definition) => _steps.ContainsKey(definition);

    /// <param name="step">From 0.</param>
    public bool Has(string definition, int step) => CountOf(definition, step) > 0;

    /// <summary>How many images of that name have such a step: each was built to another layer last.</summary>
    public int CountOf(string definition, int step) => _steps.TryGetValue(definition, out var steps) ? steps.GetValueOrDefault(step) : 0;
}
