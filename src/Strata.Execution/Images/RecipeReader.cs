using Strata.Core.Diagnostics;
using Strata.Images;
using Strata.Images.Recipes;
using Strata.Workflows.Locking;
using Strata.Workflows.Model;

namespace Strata.Execution.Images;

/// <summary>Definitions as recipes: names resolved, paths made absolute, pins applied. A definition gives one recipe, however often it is asked for.</summary>
/// <param name="workspace">Absolute host directory: relative files are looked for there.</param>
/// <param name="pins">What the lock file says.</param>
internal sealed class RecipeReader(Workflow workflow, string workspace, ImageLock pins)
{
    private const string DebootstrapPrefix = "debootstrap:";
    private const string RootFsPrefix = "rootfs:";
    private const string DefinitionPrefix = "images.";

    private static readonly TimeSpan TimeoutDefault = TimeSpan.FromHours(6);

    private readonly Dictionary<ImageDefinition, (ImageRecipe? Recipe, IReadOnlyList<Diagnostic> Problems)> _read = new(ReferenceEqualityComparer.Instance);
    private readonly Lock _lock = new(); // guards _read

    public ImageDefinition? DefinitionOf(string reference) => workflow.Images.FirstOrDefault(i => i.Name == reference)
        ?? (reference.StartsWith(DefinitionPrefix, StringComparison.Ordinal)
            ? workflow.Images.FirstOrDefault(i => i.Name == reference[DefinitionPrefix.Length..])
            : null);

    /// <summary>Whether a text can only mean a base system.</summary>
    public static bool IsBaseSystem(string reference) =>
        reference.StartsWith(DebootstrapPrefix, StringComparison.Ordinal) || reference.StartsWith(RootFsPrefix, StringComparison.Ordinal);

    /// <param name="name">Of an inline definition: whose it is.</param>
    /// <returns>Null with problems.</returns>
    public (ImageRecipe? Recipe, IReadOnlyList<Diagnostic> Problems) Read(ImageDefinition definition, string name)
    {
        lock (_lock)
        {
            return ReadLocked(definition, name);
        }
    }

    /// <summary>What a text names that is no definition.</summary>
    public (BaseImage? Image, Diagnostic? Problem) ReadBase(string reference, SourceSpan at) =>
        reference.StartsWith(DebootstrapPrefix, StringComparison.Ordinal) ? (Pinned(new(reference[DebootstrapPrefix.Length..].Trim(), [], at)), null)
        : reference.StartsWith(RootFsPrefix, StringComparison.Ordinal) ? RootFs(reference[RootFsPrefix.Length..].Trim(), at)
        : Oci(reference, at);

    public BaseImage.Debootstrap Pinned(BaseImage.Debootstrap suite) =>
        pins.Images.TryGetValue($"{DebootstrapPrefix}{suite.Suite}", out var pin) ? suite with { Pin = new(pin.Digest, pin.Packages) } : suite;

    private (ImageRecipe? Recipe, IReadOnlyList<Diagnostic> Problems) ReadLocked(ImageDefinition definition, string name)
    {
        if (_read.TryGetValue(definition, out var known))
        {
            return known;
        }

        _read[definition] = (null, []); // definitions form no cycle: the parser refuses them
        var problems = new List<Diagnostic>();
        var from = From(definition, problems);
        var steps = definition.Steps.Select(step => Step(step, problems)).ToList();
        var env = definition.Env.ToDictionary(v => v.Name, v => v.Value.EvaluateText(Contexts.EvaluationScope.Empty), StringComparer.Ordinal);
        var recipe = problems.Count > 0 || from is null ? null : new ImageRecipe
        {
            Name = definition.Name ?? name,
            At = definition.At,
            From = from,
            Config = new(env, definition.WorkingDirectory?.Value, definition.User?.Value),
            Args = Texts(definition.Args),
            Limits = new(definition.Resources.Cpu, definition.Resources.Memory, definition.Resources.Pids, definition.Resources.Disk),
            MaxAge = definition.MaxAge,
            Steps = steps,
        };
        return _read[definition] = (recipe, problems);
    }

    private RecipeBase? From(ImageDefinition definition, List<Diagnostic> problems)
    {
        var at = definition.From.At;
        switch (definition.From.Value)
        {
            case BaseReference.Debootstrap suite:
                return new RecipeBase.Base(Pinned(new(suite.Suite, [.. definition.Packages.Select(p => p.Value)], at)));
            case BaseReference.RootFs file:
                return Base(RootFs(file.Path, at), problems);
            case BaseReference.Definition other when DefinitionOf(other.Name) is { } below:
                return Definition(below, problems);
            case BaseReference.Oci oci:
                return Base(Oci(oci.Reference, at), problems);
            default:
                return null; // an unknown definition: the parser refuses it
        }
    }

    private RecipeBase.Recipe? Definition(ImageDefinition definition, List<Diagnostic> problems)
    {
        var (recipe, wrong) = ReadLocked(definition, definition.Name!);
        problems.AddRange(wrong.Except(problems));
        return recipe is null ? null : new(recipe);
    }

    private static RecipeBase.Base? Base((BaseImage? Image, Diagnostic? Problem) read, List<Diagnostic> problems)
    {
        problems.AddRange(read.Problem is null ? [] : [read.Problem]);
        return read.Image is null ? null : new(read.Image);
    }

    private RecipeStep Step(ImageStep step, List<Diagnostic> problems) => step switch
    {
        ImageStep.Run run => new RecipeStep.Run(
            run.Command.Value, run.Shell?.Value, Texts(run.Env), Texts(run.Args), [.. run.Secrets.Select(s => s.Value)], run.Network, run.At)
        { Timeout = run.Timeout ?? TimeoutDefault },
        ImageStep.Copy copy => new RecipeStep.Copy(
            [.. copy.From.Select(f => new CopyPattern(f.Value, f.At))],
            copy.To.Value,
            [.. copy.Exclude.Select(e => e.Value)],
            copy.Mode is { } mode ? Convert.ToUInt32(mode, 8) : null,
            copy.Owner,
            copy.FromImage is { } from ? CopiedFrom(from, problems) : null,
            copy.At),
        ImageStep.SetEnv env => new RecipeStep.SetEnv(Texts(env.Values), env.At),
        ImageStep.SetWorkingDirectory directory => new RecipeStep.SetWorkingDirectory(directory.Path.Value, directory.At),
        ImageStep.SetUser user => new RecipeStep.SetUser(user.Name.Value, user.At),
        _ => throw new InvalidOperationException($"{step.GetType().Name} is no step of an image."),
    };

    private RecipeBase? CopiedFrom(Located<string> from, List<Diagnostic> problems) =>
        DefinitionOf(from.Value) is { } definition ? Definition(definition, problems) : Base(ReadBase(from.Value, from.At), problems);

    private (BaseImage? Image, Diagnostic? Problem) RootFs(string path, SourceSpan at)
    {
        var full = Path.GetFullPath(path, workspace);
        return Path.IsPathRooted(path) || full.StartsWith(workspace.TrimEnd('/') + "/", StringComparison.Ordinal)
            ? (new BaseImage.RootFs(full, at), null)
            : (null, ExecutionDiagnostics.RootFsOutsideWorkspace(path, at));
    }

    private (BaseImage? Image, Diagnostic? Problem) Oci(string reference, SourceSpan at)
    {
        const string DockerPrefix = "docker://"; // as GitHub writes it in some places
        var text = reference.StartsWith(DockerPrefix, StringComparison.Ordinal) ? reference[DockerPrefix.Length..] : reference;
        return BaseImage.CheckReference(text, at) is { } problem ? (null, problem)
            : (new BaseImage.Oci(text, at) { Pin = pins.Images.TryGetValue(text, out var pin) ? pin.Digest : null }, null);
    }

    private static Dictionary<string, string> Texts(IReadOnlyList<KeyValuePair<string, Located<string>>> pairs) =>
        pairs.ToDictionary(pair => pair.Key, pair => pair.Value.Value, StringComparer.Ordinal);
}
