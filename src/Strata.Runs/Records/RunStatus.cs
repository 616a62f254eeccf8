namespace Strata.Runs.Records;

/// <summary>Where a run, or an attempt at a job, is. Everything but running is final.</summary>
public enum RunStatus
{
    Running,
    Success,
    Failure,
    Cancelled,

    /// <summary>Of runs alone: nothing in it had to be done.</summary>
    Skipped,

    /// <summary>Its process died, or was cut off for longer than a lease lasts.</summary>
    Lost,
}
