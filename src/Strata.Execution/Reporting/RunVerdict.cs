namespace Strata.Execution.Reporting;

/// <summary>The status of a run from its jobs.</summary>
internal static class RunVerdict
{
    /// <param name="results">By job, with continue-on-error taken in.</param>
    /// <param name="cancelled">Somebody cancelled the run.</param>
    public static (RunStatus Status, string? Reason) Of(IReadOnlyList<JobReport> jobs, IReadOnlyList<RunStatus> results, bool cancelled)
    {
        if (cancelled && jobs.Any(j => j.Status == RunStatus.Cancelled))
        {
            return (RunStatus.Cancelled, "the run was cancelled");
        }

        if (Count(results, RunStatus.Failure) > 0)
        {
            var failed = jobs.Where(static j => j is { Status: RunStatus.Failure, ContinuedOnError: false }).Select(j => $"'{j.Name}'").ToList();
            return (RunStatus.Failure, failed.Count == 1 ? $"job {failed[0]} failed" : $"jobs {string.Join(", ", failed)} failed");
        }

        if (Count(results, RunStatus.Cancelled) > 0)
        {
            return (RunStatus.Cancelled, jobs.First(j => j.Status == RunStatus.Cancelled).Reason);
        }

        return (RunStatus.Success, Count(results, RunStatus.Skipped) == results.Count ? "every job was skipped" : null); // nothing failed
    }

    /// <summary>By hand: a search in a list of ours is compiled at each start.</summary>
    private static int Count(IReadOnlyList<RunStatus> results, RunStatus status)
    {
        var count = 0;
        for (var i = 0; i < results.Count; i++)
        {
            count += results[i] == status ? 1 : 0;
        }

        return count;
    }
}
