using Strata.Workflows.Model;
using Strata.Workflows.Planning;

namespace Strata.Execution.Steps;

/// <summary>What is not executed here never runs as if it were: where a run could not foresee that it would come to it, the job or step fails.</summary>
internal static class Barring
{
    /// <returns>Why the job cannot run; null: it can, but perhaps for some of its steps.</returns>
    public static string? WhyNot(Job job, MatrixVector? vector) =>
        job.Unsupported.FirstOrDefault(part => part.Step is null && IsFor(part, vector))?.Diagnostic.ToString();

    /// <summary>A step that uses what is not executed here fails when its condition lets it run, and only then.</summary>
    public static Step Bar(Step step, IReadOnlyList<Unsupported> unsupported) => unsupported.FirstOrDefault(part => part.Step == step.Index) is { } part
        ? step with { Action = new StepAction.Foreign(part.Diagnostic.Code, step.At) { Why = part.Diagnostic.ToString() } }
        : step;

    private static bool IsFor(Unsupported part, MatrixVector? vector) =>
        part.OnlyFor is not { } only || vector is null || vector.Values[only.Key].ToText() == only.Value;
}
