using Strata.Execution.Reporting;

namespace Strata.Execution.Scheduling;

internal enum InstancePhase
{
    Queued,
    Running,
    Ended,
}

/// <summary>One combination of a job's matrix, or the job itself.</summary>
internal sealed record InstanceState
{
    public static InstanceState Queued { get; } = new();

    public InstancePhase Phase { get; init; }

    /// <summary>Set when ended.</summary>
    public RunStatus? Status { get; init; }

    /// <summary>Its failure counts as success for the run, for dependents and for its siblings.</summary>
    public bool ContinueOnError { get; init; }

    /// <summary>It was told to end.</summary>
    public bool Cancelling { get; init; }
}

/// <summary>Where one job stands. It is prepared when its condition and matrix are evaluated: after its needs are done.</summary>
internal sealed record JobState
{
    public required string Id { get; init; }

    /// <summary>Indices of the jobs it waits for; those that are not part of the run are left out.</summary>
    public IReadOnlyList<int> Needs { get; init; } = [];

    /// <summary>Null until prepared. Empty: nothing to run (skipped, or an empty matrix).</summary>
    public IReadOnlyList<InstanceState>? Instances { get; init; }

    /// <summary>A result that came without running: skipped, or a failed preparation.</summary>
    public RunStatus? FixedResult { get; init; }

    public bool FailFast { get; init; } = true;

    /// <summary>Of its matrix; null is no limit of its own.</summary>
    public int? MaxParallel { get; init; }

    /// <summary>What <c>needs.ID.result</c> says; null while not done.</summary>
    public RunStatus? Result => FixedResult ?? (Instances is null ? null : Merge(Instances));

    private static RunStatus? Merge(IReadOnlyList<InstanceState> instances)
    {
        if (instances.Count == 0)
        {
            return RunStatus.Skipped;
        }

        var (failed, cancelled) = (false, false);
        foreach (var instance in instances)
        {
            if (instance.Phase != InstancePhase.Ended)
            {
                return null;
            }

            failed |= instance is { Status: RunStatus.Failure, ContinueOnError: false };
            cancelled |= instance.Status == RunStatus.Cancelled;
        }

        return failed ? RunStatus.Failure : cancelled ? RunStatus.Cancelled : RunStatus.Success;
    }
}

/// <summary>Where a run stands; jobs in document order.</summary>
internal sealed record RunState(IReadOnlyList<JobState> Jobs, int MaxParallel, bool Cancelled);
