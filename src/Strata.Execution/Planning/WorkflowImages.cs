using Strata.Core.Diagnostics;
using Strata.Execution.Images;
using Strata.Execution.Running;
using Strata.Images;
using Strata.Images.Kept;
using Strata.Images.Recipes;
using Strata.Workflows.Locking;
using Strata.Workflows.Model;

namespace Strata.Execution.Planning;

/// <summary>An image as a command names it.</summary>
/// <param name="Name">A definition's name, or the reference.</param>
/// <param name="IsDefinition">It is declared in the workflow.</param>
public sealed record NamedImage(string Name, bool IsDefinition, ImageRecipe Recipe)
{
    public BaseImage Base => Recipe.Base;
}

/// <summary>A reference of the workflow that a lock file can pin.</summary>
/// <param name="Reference">As the workflow writes it.</param>
/// <param name="Names">Definitions that start from it.</param>
/// <param name="Images">With its different packages, for a suite; else one.</param>
public sealed record PinnableReference(string Reference, IReadOnlyList<string> Names, IReadOnlyList<BaseImage> Images);

/// <summary>The images of a workflow, for commands.</summary>
public static class WorkflowImages
{
    /// <summary>Of each name a definition's image if one has it, else what the text itself means. What several stand on is one recipe.</summary>
    /// <param name="request">Null: there is no workflow here.</param>
    /// <returns>With problems: those that are wrong are left out.</returns>
    public static (IReadOnlyList<NamedImage> Images, IReadOnlyList<Diagnostic> Problems) Find(RunRequest? request, IEnumerable<string> names)
    {
        var workflow = request?.Workflow ?? EmptyWorkflow.Value;
        var selection = new ImageSelection(
            workflow, request?.RunnerImages ?? new Dictionary<string, string>(), request?.WorkspaceDirectory ?? Environment.CurrentDirectory, request?.Lock ?? ImageLock.Empty);
        var images = new List<NamedImage>();
        var problems = new List<Diagnostic>();
        foreach (var name in names)
        {
            var (image, wrong) = selection.Find(name, CommandLine);
            problems.AddRange(wrong.Select(static problem => problem.At?.File == CommandLine.File ? problem with { At = null } : problem).Except(problems));
            if (image is not null)
            {
                var isDefinition = selection.DefinitionOf(name) is not null;
                images.Add(new(name, isDefinition, isDefinition ? image.Recipe : image.Recipe with { From = new RecipeBase.Base(image.Base with { At = null }) }));
            }
        }

        return (images, problems);
    }

    /// <summary>All definitions of a workflow, in its order, as recipes.</summary>
    /// <returns>With problems: those that are wrong are left out.</returns>
    public static (IReadOnlyList<NamedImage> Images, IReadOnlyList<Diagnostic> Problems) Definitions(RunRequest request)
    {
        var selection = new ImageSelection(request.Workflow, request.RunnerImages, request.WorkspaceDirectory, request.Lock);
        var images = new List<NamedImage>();
        var problems = new List<Diagnostic>();
        foreach (var definition in request.Workflow.Images)
        {
            var (image, wrong) = selection.Find(definition.Name!, definition.At);
            problems.AddRange(wrong.Except(problems));
            if (image is not null)
            {
                images.Add(new(definition.Name!, true, image.Recipe));
            }
        }

        return (images, problems);
    }

    /// <summary>The steps of definitions and of jobs' own images that make layers, also of those that are wrong otherwise.</summary>
    public static DefinedSteps Steps(IEnumerable<RunRequest> workflows)
    {
        var steps = new DefinedSteps();
        foreach (var workflow in workflows.Select(static request => request.Workflow))
        {
            foreach (var definition in workflow.Images)
            {
                steps.Add(definition.Name!, LayersOf(definition));
            }

            foreach (var job in workflow.Jobs)
            {
                if (job.Image is ImageChoice.Inline inline)
                {
                    steps.Add(ImageSelection.InlineName(job), LayersOf(inline.Definition));
                }
            }
        }

        return steps;

        static IEnumerable<int> LayersOf(ImageDefinition definition) => definition.Steps.Index()
            .Where(static step => step.Item is not (ImageStep.SetEnv or ImageStep.SetUser)).Select(static step => step.Index);
    }

    /// <summary>What definitions (as <c>images.NAME</c>) and jobs are built from, as far as it is known before a run. Some come twice.</summary>
    public static IReadOnlyList<(string User, ImageRecipe Recipe)> Recipes(RunRequest request) => RunPlanner.RecipesOf(request);

    /// <summary>All images that definitions and jobs name, as pinned.</summary>
    public static IReadOnlyList<(string Name, BaseImage Image)> All(RunRequest request) => RunPlanner.ImagesOf(request);

    /// <summary>Every reference that a pin can hold, in the order of the workflow.</summary>
    public static IReadOnlyList<PinnableReference> Pinnable(RunRequest request)
    {
        var found = new List<(string Reference, List<string> Names, List<BaseImage> Images)>();
        foreach (var (name, image) in RunPlanner.ImagesOf(request with { Lock = ImageLock.Empty }))
        {
            if (ReferenceOf(image) is not { } reference)
            {
                continue;
            }

            var known = found.FindIndex(f => f.Reference == reference);
            if (known < 0)
            {
                found.Add((reference, [], []));
                known = found.Count - 1;
            }

            if (!found[known].Names.Contains(name))
            {
                found[known].Names.Add(name);
            }

            if (!found[known].Images.Exists(other => Same(other, image)))
            {
                found[known].Images.Add(image);
            }
        }

        return found.ConvertAll(f => new PinnableReference(f.Reference, f.Names, f.Images));
    }

    private static SourceSpan CommandLine { get; } = new("(command line)", 1, 1);

    private static string? ReferenceOf(BaseImage image) => image switch
    {
        BaseImage.Debootstrap suite => $"debootstrap:{suite.Suite}",
        BaseImage.Oci oci when !oci.Reference.Contains('@', StringComparison.Ordinal) => oci.Reference,
        _ => null,
    };

    private static bool Same(BaseImage a, BaseImage b) => (a, b) switch
    {
        (BaseImage.Debootstrap one, BaseImage.Debootstrap other) => new HashSet<string>(one.Packages, StringComparer.Ordinal).SetEquals(other.Packages),
        _ => true, // one reference
    };

    private static Lazy<Workflows.Model.Workflow> EmptyWorkflow { get; } = new(() =>
        Workflows.Parsing.WorkflowParser.Parse("", "jobs: { none: { steps: [{ run: 'true' }] } }"u8.ToArray()).Workflow!);
}
