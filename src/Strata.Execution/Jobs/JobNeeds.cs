using Strata.Execution.Reporting;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Jobs;

/// <summary>What a job knows of those it needs, once they are done.</summary>
/// <param name="Context">The <c>needs</c> context.</param>
/// <param name="Ancestors">Results of all jobs of the run that it depends on, nearest first; empty with --no-needs.</param>
/// <param name="EndedAt">When those it needs ended, as far as that is known.</param>
internal sealed record JobNeeds(ObjectValue Context, IReadOnlyDictionary<string, RunStatus> Ancestors, IReadOnlyDictionary<string, DateTimeOffset> EndedAt)
{
    /// <summary>Of the outputs in <see cref="Context"/>.</summary>
    public JobOrigin Origin { get; init; } = JobOrigin.Nothing;
}
