namespace Strata.Execution.Reporting;

/// <summary>When a job ran, in ms since the run's start, and how much of that its steps' commands took.</summary>
internal readonly record struct JobInterval(long StartMs, long EndMs, long StepsMs);

/// <summary>The chain of jobs that the run's end waited for.</summary>
internal static class CriticalPath
{
    /// <summary>
    /// From the job that ended last, back to the one that ended last before it began, and so on: whatever was waited for
    /// (needs or a free place) ended just then.
    /// </summary>
    public static long OverheadMs(long durationMs, IReadOnlyList<JobInterval> jobs)
    {
        var steps = 0L;
        var before = long.MaxValue;
        while (LastEndedBy(jobs, before) is { } job)
        {
            steps += job.StepsMs;
            before = Math.Min(job.StartMs, before - 1);
        }

        return Math.Max(0, durationMs - steps);
    }

    private static JobInterval? LastEndedBy(IReadOnlyList<JobInterval> jobs, long time)
    {
        JobInterval? last = null;
        foreach (var job in jobs)
        {
            if (job.EndMs <= time && (last is null || job.EndMs > last.Value.EndMs))
            {
                last = job;
            }
        }

        return last;
    }
}
