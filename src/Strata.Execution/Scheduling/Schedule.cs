using Strata.Execution.Reporting;

namespace Strata.Execution.Scheduling;

/// <summary>One thing to do next. Jobs and instances by index.</summary>
internal abstract record Decision(int Job)
{
    /// <summary>Evaluate its condition and matrix.</summary>
    public sealed record Prepare(int Job) : Decision(Job);

    public sealed record Start(int Job, int Instance) : Decision(Job);

    /// <summary>It has not started and will not.</summary>
    public sealed record Drop(int Job, int Instance, CancelReason Reason) : Decision(Job);

    /// <summary>It runs: end it.</summary>
    public sealed record Cancel(int Job, int Instance, CancelReason Reason) : Decision(Job);

    /// <summary>The run was cancelled before the job's turn came.</summary>
    public sealed record Abandon(int Job) : Decision(Job);
}

internal enum CancelReason
{
    /// <summary>The user, or who started the run.</summary>
    Run,

    /// <summary>Another combination of its matrix failed.</summary>
    FailFast,

    Timeout,
}

/// <summary>
/// What to do next, from the state alone. Document order decides who is first; the limit of parallel jobs changes when a job runs, never
/// whether. An empty answer means: wait until something ends, or all is done.
/// </summary>
internal static class Schedule
{
    public static IReadOnlyList<Decision> Next(RunState state)
    {
        var decisions = new List<Decision>();
        for (var job = 0; job < state.Jobs.Count; job++)
        {
            AddCancellations(state, job, decisions);
        }

        if (decisions.Count == 0 && !state.Cancelled)
        {
            AddStarts(state, decisions);
        }

        return decisions;
    }

    private static void AddCancellations(RunState state, int index, List<Decision> decisions)
    {
        var job = state.Jobs[index];
        if (job.Instances is not { } instances)
        {
            if (state.Cancelled && job.FixedResult is null)
            {
                decisions.Add(new Decision.Abandon(index));
            }

            return;
        }

        if (!state.Cancelled && !HasFailedFast(job))
        {
            return;
        }

        var reason = state.Cancelled ? CancelReason.Run : CancelReason.FailFast;
        for (var i = 0; i < instances.Count; i++)
        {
            if (instances[i].Phase == InstancePhase.Queued)
            {
                decisions.Add(new Decision.Drop(index, i, reason));
            }
            else if (instances[i] is { Phase: InstancePhase.Running, Cancelling: false })
            {
                decisions.Add(new Decision.Cancel(index, i, reason));
            }
        }
    }

    private static bool HasFailedFast(JobState job) =>
        job.FailFast && job.Instances!.Any(i => i is { Status: RunStatus.Failure, ContinueOnError: false });

    private static void AddStarts(RunState state, List<Decision> decisions)
    {
        var free = state.MaxParallel - state.Jobs.Sum(Running);
        for (var index = 0; index < state.Jobs.Count && free > 0; index++)
        {
            var job = state.Jobs[index];
            if (job.Result is not null)
            {
                continue;
            }

            if (job.Instances is null)
            {
                if (job.Needs.All(need => state.Jobs[need].Result is not null))
                {
                    // What the preparation yields decides what may start after it: ask again then.
                    decisions.Add(new Decision.Prepare(index));
                    return;
                }

                continue;
            }

            free -= AddStarts(job, index, free, decisions);
        }
    }

    private static int AddStarts(JobState job, int index, int free, List<Decision> decisions)
    {
        var room = Math.Min(free, (job.MaxParallel ?? int.MaxValue) - Running(job));
        var started = 0;
        for (var i = 0; i < job.Instances!.Count && started < room; i++)
        {
            if (job.Instances[i].Phase == InstancePhase.Queued)
            {
                decisions.Add(new Decision.Start(index, i));
                started++;
            }
        }

        return started;
    }

    private static int Running(JobState job) => job.Instances?.Count(i => i.Phase == InstancePhase.Running) ?? 0;
}
