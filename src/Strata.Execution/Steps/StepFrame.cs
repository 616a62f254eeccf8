using Strata.Execution.Contexts;
using Strata.Execution.Reporting;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Steps;

/// <summary>Where a sequence of steps runs: the job itself, or a composite action in it. Each has a steps context and a status of its own.</summary>
internal sealed class StepFrame
{
    private readonly List<KeyValuePair<string, Value>> _steps = [];

    public required LiveJob Live { get; init; }

    public required ObjectValue GitHub { get; init; }

    /// <summary>The inputs of the composite action; in the job those of the workflow.</summary>
    public required ObjectValue Inputs { get; init; }

    /// <summary>The calling step's environment; empty in the job.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>What applies to a run step without its own, nearest first.</summary>
    public IReadOnlyList<RunDefaults> Defaults { get; init; } = [];

    /// <summary>0 in the job.</summary>
    public int Depth { get; init; }

    public RunStatus SoFar { get; private set; } = RunStatus.Success;

    public ObjectValue Steps => new(_steps);

    public void Add(string? id, StepResult result)
    {
        if (id is not null)
        {
            _steps.RemoveAll(s => s.Key.Equals(id, StringComparison.OrdinalIgnoreCase));
            _steps.Add(new(id, ContextValues.Of(
                ("outputs", ContextValues.OfTexts(result.Outputs)),
                ("outcome", Value.From(RunStatusName.Of(result.Outcome))),
                ("conclusion", Value.From(RunStatusName.Of(result.Conclusion))))));
        }

        if (result.Conclusion == RunStatus.Failure)
        {
            SoFar = RunStatus.Failure;
        }
    }

    /// <summary>For everything about a step but its own env: job env and, in an action, the caller's.</summary>
    public EvaluationScope ScopeBefore(string actionName) => Scope(actionName, Live.Cancellation.Requested.IsCancellationRequested)
        .With(("env", ContextValues.OfTexts(EnvWith(null))));

    public EvaluationScope Scope(string actionName, bool cancelled)
    {
        var github = GitHubContext.With(GitHub, ("action", Value.From(actionName)), ("action_status", Value.From(RunStatusName.Of(SoFar))));
        var status = cancelled ? RunStatus.Cancelled : SoFar;
        return Live.Contexts
            .With(
                ("github", github),
                ("strata", GitHubContext.Strata(github, Live.Facts.Identity, Live.Actions.Caches)),
                ("inputs", Inputs),
                ("steps", Steps),
                ("job", ContextValues.Of(("status", Value.From(RunStatusName.Of(status))))))
            .With(new StepStatusFunctions(SoFar, cancelled))
            .With(HashFiles);
    }

    private string HashFiles(IReadOnlyList<string> patterns)
    {
        try
        {
            return Live.Hasher.HashFiles(Live.Sandbox.WorkspaceMergedPath, patterns);
        }
        catch (IOException e)
        {
            throw new ExpressionException($"hashFiles: {e.Message}");
        }
    }

    /// <summary>The env context of a step: job, then the caller's, then its own.</summary>
    public Dictionary<string, string> EnvWith(Dictionary<string, string>? own)
    {
        var env = new Dictionary<string, string>(Live.Env, StringComparer.Ordinal);
        foreach (var (name, value) in Env)
        {
            env[name] = value;
        }

        foreach (var (name, value) in own ?? [])
        {
            env[name] = value;
        }

        return env;
    }
}
