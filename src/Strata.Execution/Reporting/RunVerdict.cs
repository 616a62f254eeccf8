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

        if (results.Contains(RunStatus.Failure))
        {
            var failed = jobs.Where(static j => j is { Status: RunStatus.Failure, ContinuedOnError: false }).Select(j => $"'{j.Name}'").ToList();
            return (RunStatus.Failure, failed.Count == 1 ? $"job {failed[0]} failed" : $"jobs {string.Join(", ", failed)} failed");
        }

        if (results.Contains(RunStatus.Cancelled))
        {
            return (RunStatus.Cancelled, jobs.First(j => j.Status == RunStatus.Cancelled).Reason);
        }

        return (RunStatus.Success, results.All(r => r == RunStatus.Skipped) ? "every job was skipped" : null); // nothing failed
    }
}
