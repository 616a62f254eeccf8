using Strata.Execution.Contexts;
using Strata.Execution.Logs;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Steps;

/// <summary>The actions that Strata implements and that restore or publish.</summary>
internal interface IStepActions
{
    /// <summary>Of <c>strata.caches</c>; null: there is no such thing.</summary>
    ObjectValue? Caches { get; }

    /// <param name="called">The step's id, else its name; null: it has none.</param>
    /// <param name="scope">For the inputs.</param>
    /// <exception cref="ExpressionException">An input cannot be evaluated.</exception>
    Task<StepOutcome> RunAsync(StepAction.BuiltIn action, string? called, LiveJob live, EvaluationScope scope, StepLog log, CancellationToken cancellationToken);
}
