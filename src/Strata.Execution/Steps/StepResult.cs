using Strata.Execution.Commands;
using Strata.Execution.Reporting;

namespace Strata.Execution.Steps;

/// <summary>How the work of a step ended, before continue-on-error.</summary>
/// <param name="Reason">For people; null after success.</param>
internal readonly record struct StepOutcome(RunStatus Status, int? ExitCode, string? Reason, StepEffects Effects)
{
    /// <summary>Of a hermetic step; else null.</summary>
    public StepCacheReport? Cache { get; init; }

    public static StepOutcome Failed(string reason) => new(RunStatus.Failure, null, reason, new());

    public static StepOutcome Succeeded() => new(RunStatus.Success, null, null, new());
}

/// <summary>A step that is over.</summary>
/// <param name="Name">As shown.</param>
/// <param name="WrittenName">The YAML's, evaluated; null without.</param>
/// <param name="Outcome">Before continue-on-error.</param>
/// <param name="Conclusion">After.</param>
internal readonly record struct StepResult(
    string Name,
    string? WrittenName,
    RunStatus Outcome,
    RunStatus Conclusion,
    int? ExitCode,
    TimeSpan Duration,
    string? Reason,
    IReadOnlyDictionary<string, string> Outputs)
{
    /// <inheritdoc cref="StepOutcome.Cache"/>
    public StepCacheReport? Cache { get; init; }
}
