using Strata.Core;
using Strata.Core.Identity;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>
/// The entries of dependency and build-output caches, as jobs use them. Safe for concurrent use, by any number of processes. Who sees and who writes what is decided
/// here (DESIGN §4, §6, §7), never by the job.
/// </summary>
public interface ICacheEntries
{
    /// <summary>
    /// The exact key in any scope the reader sees, nearest first; then each restore key, exact before prefix, nearest scope first, newest first. Reads only: what came of it is told
    /// with <see cref="RecordAsync"/>.
    /// </summary>
    ValueTask<CacheLookup> FindAsync(CacheQuery query, CancellationToken cancellationToken);

    /// <summary>Asked before content is made and uploaded. May be repeated at will; blocks nobody.</summary>
    ValueTask<CacheBegin> BeginAsync(CacheDraft draft, LeaseToken lease, CancellationToken cancellationToken);

    /// <summary>Publishes, in one transaction: the first wins. May be repeated after a failure or a time-out.</summary>
    /// <param name="lease">Of the attempt that the draft names: <c>attempt/RUN/JOB/N</c>.</param>
    ValueTask<CacheCommitOutcome> CommitAsync(CacheCommit commit, LeaseToken lease, CancellationToken cancellationToken);

    /// <summary>Of these, the layers of live entries that the reader sees: they need not be sent again. Of others nothing is told.</summary>
    ValueTask<IReadOnlySet<Digest>> ReadableLayersAsync(RunIdentity reader, IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken);

    /// <summary>Takes an entry out of use: its layers are gone (<see cref="EntryState.Expired"/>) or damaged (<see cref="EntryState.Quarantined"/>).</summary>
    /// <param name="state">Not <see cref="EntryState.Live"/>.</param>
    /// <param name="reason">One line for people.</param>
    /// <returns>False: it was not live.</returns>
    ValueTask<bool> RetireAsync(long id, EntryState state, string reason, CancellationToken cancellationToken);

    /// <summary>A proof of a step's entry failed: its key is in quarantine, and what stands on it is out of use or marked.</summary>
    /// <param name="prover">The attempt that ran the step again.</param>
    /// <param name="differences">One line for people.</param>
    /// <returns>Null: it was not live.</returns>
    ValueTask<RefutationReport?> RefuteAsync(long id, Producer prover, string differences, CancellationToken cancellationToken);

    /// <summary>When a job is done with its caches, and all its saves have ended: counters, audit events, last uses and what explains them, in one transaction.</summary>
    /// <exception cref="Strata.Metadata.DatabaseException">Nothing was recorded; the job is none the worse.</exception>
    ValueTask RecordAsync(JobCaches job, CancellationToken cancellationToken);

    /// <summary>Image layers, which are no entries, counted beside these: one place tells what is reused.</summary>
    /// <exception cref="Strata.Metadata.DatabaseException">Nothing was counted.</exception>
    ValueTask CountImagesAsync(RunIdentity identity, IReadOnlyList<ImageCount> images, CancellationToken cancellationToken);
}
