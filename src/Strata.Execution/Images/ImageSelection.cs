using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Images;
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
    private const string DebootstrapPrefix = "debootstrap:";
    private const string RootFsPrefix = "rootfs:";
    private const string DefinitionPrefix = "images.";

    /// <param name="scope">Null before the run: a choice that depends on expressions is then not made.</param>
    /// <returns>Null with diagnostics when refused; null without when it is not known yet.</returns>
    public (SelectedImage? Image, IReadOnlyList<Diagnostic> Problems) Select(Job job, IExpressionScope? scope)
    {
        switch (job.Image)
        {
            case ImageChoice.Inline inline:
                return FromDefinition(inline.Definition, "inline", "image: of the job");
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

    /// <summary>By what a user writes: a definition's name, else a reference or a base. No word is taken for a misspelt definition.</summary>
    public (SelectedImage? Image, IReadOnlyList<Diagnostic> Problems) Find(string name, SourceSpan at) =>
        DefinitionOf(name) is { } definition ? FromDefinition(definition, definition.Name!, $"images.{definition.Name}") : FromBase(name, "by name", at, []);

    /// <summary>What a definition stands on, whether or not its steps can be executed. Null: another definition.</summary>
    public BaseImage? BaseOf(ImageDefinition definition) => FromDefinition(definition with { Steps = [] }, definition.Name ?? "inline", "").Item1?.Base;

    public ImageDefinition? DefinitionOf(string reference) => workflow.Images.FirstOrDefault(i => i.Name == reference)
        ?? (reference.StartsWith(DefinitionPrefix, StringComparison.Ordinal)
            ? workflow.Images.FirstOrDefault(i => i.Name == reference[DefinitionPrefix.Length..])
            : null);

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
        return (new(DefaultJobImage.Name, why, Pinned((BaseImage.Debootstrap)DefaultImage.Definition(job.At)), ImageConfig.Empty, []), []);
    }

    private (SelectedImage?, IReadOnlyList<Diagnostic>) FromReference(
        string reference, string why, SourceSpan at, IReadOnlyList<EnvironmentVariable> containerEnv)
    {
        var definition = DefinitionOf(reference);
        if (definition is not null)
        {
            var (image, problems) = FromDefinition(definition, definition.Name!, $"images.{definition.Name}");
            return (image is null ? null : image with { ContainerEnv = containerEnv }, problems);
        }

        return !reference.StartsWith(DebootstrapPrefix, StringComparison.Ordinal) && !reference.StartsWith(RootFsPrefix, StringComparison.Ordinal)
            && Unknown(reference, at) is { } unknown ? (null, [unknown]) : FromBase(reference, why, at, containerEnv);
    }

    private (SelectedImage?, IReadOnlyList<Diagnostic>) FromBase(
        string reference, string why, SourceSpan at, IReadOnlyList<EnvironmentVariable> containerEnv)
    {
        if (reference.StartsWith(DebootstrapPrefix, StringComparison.Ordinal))
        {
            var suite = Pinned(new(reference[DebootstrapPrefix.Length..].Trim(), [], at));
            return (new(reference, why, suite, ImageConfig.Empty, containerEnv), []);
        }

        if (reference.StartsWith(RootFsPrefix, StringComparison.Ordinal))
        {
            var (rootFs, problem) = RootFs(reference[RootFsPrefix.Length..].Trim(), at);
            return rootFs is null ? (null, [problem!]) : (new(reference, why, rootFs, ImageConfig.Empty, containerEnv), []);
        }

        var (oci, wrong) = Oci(reference, at);
        return oci is null ? (null, [wrong!]) : (new(reference, why, oci, ImageConfig.Empty, containerEnv), []);
    }

    private (SelectedImage?, IReadOnlyList<Diagnostic>) FromDefinition(ImageDefinition definition, string name, string why)
    {
        var problems = new List<Diagnostic>();
        if (definition.Steps.Count > 0)
        {
            problems.Add(ExecutionDiagnostics.ImageStepsNotYet(name, definition.Steps[0].At));
        }

        var at = definition.From.At;
        BaseImage? image = null;
        switch (definition.From.Value)
        {
            case BaseReference.Debootstrap debootstrap:
                image = Pinned(new(debootstrap.Suite, [.. definition.Packages.Select(p => p.Value)], at));
                break;
            case BaseReference.RootFs file:
                (image, var problem) = RootFs(file.Path, at);
                problems.AddRange(problem is null ? [] : [problem]);
                break;
            case BaseReference.Definition other:
                problems.Add(ExecutionDiagnostics.ImageChainNotYet(other.Name, at));
                break;
            case BaseReference.Oci oci:
                (image, var bad) = Oci(oci.Reference, at);
                problems.AddRange(bad is null ? [] : [bad]);
                break;
        }

        if (problems.Count > 0)
        {
            return (null, problems);
        }

        var env = definition.Env.ToDictionary(v => v.Name, v => v.Value.EvaluateText(Contexts.EvaluationScope.Empty), StringComparer.Ordinal);
        return (new(name, why, image!, new ImageConfig(env, definition.WorkingDirectory?.Value, definition.User?.Value), []), []);
    }

    private (BaseImage? Image, Diagnostic? Problem) RootFs(string path, SourceSpan at)
    {
        var full = Path.GetFullPath(path, workspace);
        return Path.IsPathRooted(path) || full.StartsWith(workspace.TrimEnd('/') + "/", StringComparison.Ordinal)
            ? (new BaseImage.RootFs(full, at), null)
            : (null, ExecutionDiagnostics.RootFsOutsideWorkspace(path, at));
    }

    private BaseImage.Debootstrap Pinned(BaseImage.Debootstrap suite) =>
        pins.Images.TryGetValue($"{DebootstrapPrefix}{suite.Suite}", out var pin) ? suite with { Pin = new(pin.Digest, pin.Packages) } : suite;

    private (BaseImage? Image, Diagnostic? Problem) Oci(string reference, SourceSpan at)
    {
        const string DockerPrefix = "docker://"; // as GitHub writes it in some places
        var text = reference.StartsWith(DockerPrefix, StringComparison.Ordinal) ? reference[DockerPrefix.Length..] : reference;
        return BaseImage.CheckReference(text, at) is { } problem ? (null, problem)
            : (new BaseImage.Oci(text, at) { Pin = pins.Images.TryGetValue(text, out var pin) ? pin.Digest : null }, null);
    }

    /// <summary>A word that is nearly a definition's name was meant as one; else it names an image of a registry.</summary>
    private Diagnostic? Unknown(string reference, SourceSpan at)
    {
        var nearest = Suggestion.Nearest(reference, workflow.Images.Select(i => i.Name!));
        return nearest is not null || reference.Length == 0 || reference.StartsWith(DefinitionPrefix, StringComparison.Ordinal)
            ? ExecutionDiagnostics.UnknownImage(reference, at, nearest)
            : null;
    }

    private static string? TryText(Template template, IExpressionScope? scope) =>
        template.IsLiteral ? template.Text.Trim() : scope is null ? null : template.EvaluateText(scope).Trim();
}
