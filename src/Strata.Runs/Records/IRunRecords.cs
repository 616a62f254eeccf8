using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Runs.Records;

/// <summary>
/// Runs, and the attempts at their jobs, as far as they publish or read entries (docs/format/database.md). Safe for concurrent use, by any number of processes.
/// Whoever runs something holds its lease: what is not leased and has not ended is lost.
/// </summary>
public interface IRunRecords
{
    Task<RunStarting> StartAsync(RunStart start, CancellationToken cancellationToken);

    /// <param name="lease">Of the run. It stays the caller's.</param>
    /// <param name="status">Not running.</param>
    /// <param name="reason">For people.</param>
    ValueTask<EndOutcome> EndAsync(LeaseToken lease, RunStatus status, string? reason, CancellationToken cancellationToken);

    ValueTask<RunRecord?> FindAsync(string runId, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<RunRecord>> ListAsync(RunFilter filter, CancellationToken cancellationToken);

    /// <summary>The right to run an attempt, and its record.</summary>
    /// <param name="scope">Where it writes: its run's.</param>
    Task<AttemptStarting> StartAttemptAsync(Producer producer, Scope scope, CancellationToken cancellationToken);

    /// <summary>Records an attempt's result, so that others may go on. What it still saves it saves under the lease, which stays the caller's.</summary>
    /// <param name="status">Not running.</param>
    /// <param name="reason">For people.</param>
    ValueTask<EndOutcome> EndAttemptAsync(LeaseToken lease, RunStatus status, string? reason, CancellationToken cancellationToken);

    /// <summary>In the order in which they started.</summary>
    ValueTask<IReadOnlyList<AttemptRecord>> ListAttemptsAsync(string runId, CancellationToken cancellationToken);

    /// <summary>Ends the leases of those that died: what they still write is refused. To be called by each start, before anything is swept.</summary>
    ValueTask<LostWork> ExpireDeadAsync(CancellationToken cancellationToken);
}
