using Strata.Execution.Reporting;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Contexts;

/// <summary>Answers success(), failure(), cancelled().</summary>
internal interface IStatusFunctions
{
    bool Success(IReadOnlyList<Value> arguments);

    bool Failure(IReadOnlyList<Value> arguments);

    bool Cancelled { get; }
}

/// <summary>In a step: by the job so far. In a composite action's step: by the action's steps so far.</summary>
internal sealed record StepStatusFunctions(RunStatus SoFar, bool Cancelled) : IStatusFunctions
{
    public bool Success(IReadOnlyList<Value> arguments) => !Cancelled && SoFar == RunStatus.Success;

    public bool Failure(IReadOnlyList<Value> arguments) => !Cancelled && SoFar == RunStatus.Failure;
}

/// <summary>In a job's condition: by all jobs it depends on, near and far, or by those whose ids are given.</summary>
/// <param name="Ancestors">Results by job id.</param>
internal sealed record JobStatusFunctions(IReadOnlyDictionary<string, RunStatus> Ancestors, bool Cancelled) : IStatusFunctions
{
    public bool Success(IReadOnlyList<Value> arguments) => !Cancelled && Asked(arguments).All(result => result == RunStatus.Success);

    public bool Failure(IReadOnlyList<Value> arguments) => !Cancelled && Asked(arguments).Any(result => result == RunStatus.Failure);

    private IEnumerable<RunStatus> Asked(IReadOnlyList<Value> arguments) => arguments.Count == 0
        ? Ancestors.Count == 0 ? [] : Ancestors.Values // going through nothing is not compiled ahead
        : arguments.Select(id => Ancestors.TryGetValue(id.ToText(), out var result)
            ? result
            : throw new ExpressionException($"'{id.ToText()}' is not a job that this job needs."));
}
