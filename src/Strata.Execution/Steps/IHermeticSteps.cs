using Strata.Execution.Logs;
using Strata.Workflows.Model;

namespace Strata.Execution.Steps;

/// <summary>Runs the steps that have <c>cache:</c>, or shows what they did before.</summary>
internal interface IHermeticSteps
{
    /// <param name="limit">Ends the command: the step's time limit is for it alone.</param>
    /// <param name="cancellationToken">Ends the step.</param>
    Task<StepOutcome> RunAsync(HermeticCommand command, LiveJob live, StepLog log, CancellationToken limit, CancellationToken cancellationToken);
}

/// <summary>A step with <c>cache:</c>, evaluated.</summary>
/// <param name="Name">Of its entries.</param>
/// <param name="Id">Null: the YAML gives none.</param>
/// <param name="Title">For people.</param>
/// <param name="Shell">As written; null: the default.</param>
/// <param name="Directory">Absolute.</param>
/// <param name="Env">The step's own, and what it lists.</param>
internal sealed record HermeticCommand(
    string Name, string? Id, string Title, StepCache Cache, string Script, string? Shell, string Directory, IReadOnlyDictionary<string, string> Env);
