using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Images;
using Strata.Images.Recipes;
using Strata.Workflows.Expressions;
using Strata.Workflows.Locking;
using Strata.Workflows.Model;

namespace Strata.Execution.Images;

/// <summary>Chooses a job's image (DESIGN §10): image, else container, else the mapping from runs-on, else the default.</summary>
/// <param name="runnerImages">From a runs-on label to a reference.</param>
/// <param name="workspace">Absolute host directory: relative files are looked for there.</param>
/// <param name="pins">What the lock file says.</param>
internal sealed class ImageSelection(Workflow workflow, IReadOnlyDictionary<string, string> runnerImages, string workspace, ImageLock pins)
{
    private readonly RecipeReader _recipes = new(workflow, workspace, pins);

    /// <param name="scope">Null before the run: a choice that depends on expressions is then not made.</param>
    /// <returns>Null with diagnostics when refused; null without when it is not known yet.</returns>
    public (SelectedImage? Image, IReadOnlyList<Diagnostic> Problems) Select(Job job, IExpressionScope? scope)
    {
        switch (job.Image)
        {
            case ImageChoice.Inline inline:
                return FromDefinition(inline.Definition, InlineName(job), "inline", "image: of the job");
            case ImageChoice.Named named:
                return TryText(named.Reference, scope) is { } name ? FromReference(name, "image: of the job", named.At, []) : (null, []);
            case ImageChoice.Container container:
                return TryText(container.Reference, scope) is { } reference
                    ? FromReference(reference, "container: of the job", container.At, container.Env)
                    : (null, []);
            default:
                return FromRunsOn(job, scope);
        }
    }

    /// <summary>What the layers of a job's own definition are recorded under.</summary>
    public static string InlineName(Job job) => $"of {job.Id}";

    /// <summary>By what a user writes: a definition's name, else a reference or a base. No word is taken for a misspelt definition.</summary>
    public (SelectedImage? Image, IReadOnlyList<Diagnostic> Problems) Find(string name, SourceSpan at) =>
        DefinitionOf(name) is { } definition
            ? FromDefinition(definition, definition.Name!, definition.Name!, $"images.{definition.Name}")
            : FromBase(name, "by name", at, []);

    public ImageDefinition? DefinitionOf(string reference) => _recipes.DefinitionOf(reference);

    private (SelectedImage?, IReadOnlyList<Diagnostic>) FromRunsOn(Job job, IExpressionScope? scope)
    {
        foreach (var label in job.RunsOn)
        {
            if (TryText(label.Value, scope) is not { } text)
            {
                return (null, []);
            }

            if (runnerImages.TryGetValue(text, out var reference))
            {
                return FromReference(reference, $"runs-on: {text}, by configuration", label.At, []);
            }
        }

        var why = job.RunsOn.Count > 0 ? "no image is configured for its runs-on" : "the job names no image";
        return (Plain(DefaultJobImage.Name, why, _recipes.Pinned((BaseImage.Debootstrap)DefaultImage.Definition(job.At)), job.At, []), []);
    }

    private (SelectedImage?, IReadOnlyList<Diagnostic>) FromReference(
        string reference, string why, SourceSpan at, IReadOnlyList<EnvironmentVariable> containerEnv)
    {
        var definition = DefinitionOf(reference);
        if (definition is not null)
        {
            var (image, problems) = FromDefinition(definition, definition.Name!, definition.Name!, $"images.{definition.Name}");
            return (image is null ? null : image with { ContainerEnv = containerEnv }, problems);
        }

        return !RecipeReader.IsBaseSystem(reference) && Unknown(reference, at) is { } unknown ? (null, [unknown]) : FromBase(reference, why, at, containerEnv);
    }

    private (SelectedImage?, IReadOnlyList<Diagnostic>) FromBase(
        string reference, string why, SourceSpan at, IReadOnlyList<EnvironmentVariable> containerEnv)
    {
        var (image, problem) = _recipes.ReadBase(reference, at);
        return image is null ? (null, [problem!]) : (Plain(reference, why, image, at, containerEnv), []);
    }

    private (SelectedImage?, IReadOnlyList<Diagnostic>) FromDefinition(ImageDefinition definition, string recipeName, string name, string why)
    {
        var (recipe, problems) = _recipes.Read(definition, recipeName);
        return (recipe is null ? null : new(name, why, recipe, []), problems);
    }

    private static SelectedImage Plain(string name, string why, BaseImage image, SourceSpan at, IReadOnlyList<EnvironmentVariable> containerEnv) =>
        new(name, why, new() { Name = name, At = at, From = new RecipeBase.Base(image) }, containerEnv);

    /// <summary>A word that is nearly a definition's name was meant as one; else it names an image of a registry.</summary>
    private Diagnostic? Unknown(string reference, SourceSpan at)
    {
        var nearest = Suggestion.Nearest(reference, workflow.Images.Select(i => i.Name!));
        return nearest is not null || reference.Length == 0 || reference.StartsWith("images.", StringComparison.Ordinal)
            ? ExecutionDiagnostics.UnknownImage(reference, at, nearest)
            : null;
    }

    private static string? TryText(Template template, IExpressionScope? scope) =>
        template.IsLiteral ? template.Text.Trim() : scope is null ? null : template.EvaluateText(scope).Trim();
}
