using Strata.Images.Recipes;

namespace Strata.Images.Kept;

/// <summary>The steps that make layers, of the images that workflows declare, by the name their layers are recorded under.</summary>
public sealed class DefinedSteps
{
    private readonly Dictionary<string, Dictionary<int, int>> _steps = new(StringComparer.Ordinal);
    private readonly List<IReadOnlyList<ImageRecipe>> _workflows = [];

    /// <summary>What each workflow's images are made of, as far as it is known.</summary>
    public IReadOnlyList<IReadOnlyList<ImageRecipe>> Workflows => _workflows;

    /// <param name="recipes">Of one workflow. Some may come twice.</param>
    public void AddWorkflow(IEnumerable<ImageRecipe> recipes) =>
        _workflows.Add([.. recipes.Where(static recipe => recipe.Steps.Count > 0).DistinctBy(static recipe => recipe.Name)]); // in one workflow a name means one image

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
