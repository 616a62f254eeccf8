using Strata.Execution.Contexts;
using Strata.Execution.Logs;
using Strata.Execution.Steps;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Actions;

/// <summary>The steps of a job that restores and publishes nothing, or cannot: caches are as if nothing were cached, which costs time; artifacts are required, so they fail.</summary>
/// <param name="why">As a clause; null: nobody could tell that the job has such steps.</param>
internal sealed class WithoutStores(string? why) : IStepActions
{
    private readonly string _why = why ?? "the local action that calls it was not in the workspace when the job started, and the job has no such step itself";

    public ObjectValue? Caches => null;

    public async Task<StepOutcome> RunAsync(StepAction.BuiltIn action, string? called, LiveJob live, EvaluationScope scope, StepLog log, CancellationToken cancellationToken) => CacheAction.Is(action)
        ? await CacheAction.DoWithoutAsync(action, live, scope, log, _why).ConfigureAwait(false)
        : StepOutcome.Failed($"actions/{action.Name} is not executed: {_why}.");
}
