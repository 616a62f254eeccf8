using System.Collections.ObjectModel;
using Strata.Execution.Reporting;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Planning;

namespace Strata.Execution.Jobs;

/// <summary>One combination of one job, ready to start.</summary>
internal sealed record JobInstance
{
    public required Job Job { get; init; }

    /// <summary>Null without a matrix.</summary>
    public required MatrixVector? Vector { get; init; }

    /// <summary>Unique in the run.</summary>
    public required string DisplayName { get; init; }

    /// <summary>The <c>strategy</c> context.</summary>
    public required ObjectValue Strategy { get; init; }

    public required ObjectValue Needs { get; init; }

    /// <summary>When those it needs ended, as far as that is known.</summary>
    public IReadOnlyDictionary<string, DateTimeOffset> NeedsEndedAt { get; init; } = ReadOnlyDictionary<string, DateTimeOffset>.Empty;

    /// <summary>Of the outputs that it may read.</summary>
    public JobOrigin Origin { get; init; } = JobOrigin.Nothing;

    public required bool ContinueOnError { get; init; }

    public ObjectValue Matrix => Vector?.Values ?? ObjectValue.Empty;
}

/// <summary>A job that is over.</summary>
/// <param name="Outputs">Without those that hold a secret.</param>
/// <param name="Origin">Of its outputs.</param>
internal readonly record struct JobOutcome(JobReport Report, IReadOnlyDictionary<string, string> Outputs, JobOrigin Origin)
{
    /// <summary>What it still saves, while others go on; null: nothing. Never fails.</summary>
    public Task<IReadOnlyList<CacheReport>>? Saving { get; init; }
}
