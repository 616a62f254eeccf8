using Strata.Core;
using Strata.Core.Identity;
using Strata.Layers.Trees;
using Strata.Metadata.Leases;

namespace Strata.Artifacts.Records;

/// <summary>
/// The artifacts of all runs (docs/artifacts.md, docs/format/database.md). Safe for concurrent use, by any number of processes. A run that publishes shows the lease
/// of its attempt; a reader its identity.
/// </summary>
public interface IArtifacts
{
    /// <summary>Takes a name of the run. Asking twice is asking once. What an earlier worker of the same job began and did not finish is replaced.</summary>
    /// <param name="lease">Of the producer's attempt.</param>
    ValueTask<ArtifactBegin> BeginAsync(ArtifactDraft draft, LeaseToken lease, CancellationToken cancellationToken);

    /// <summary>On to uploading, verifying or failed.</summary>
    /// <param name="actor">For people: who does it.</param>
    /// <param name="reason">For people; of a failure what went wrong.</param>
    ValueTask<ArtifactMove> MoveAsync(long id, ArtifactState to, string actor, string? reason, LeaseToken lease, CancellationToken cancellationToken);

    /// <summary>Publishes: from verifying to ready, in one transaction. The layers are stored, verified, and leased by the caller until this returns.</summary>
    ValueTask<ArtifactMove> CommitAsync(long id, StoredTree content, LeaseToken lease, CancellationToken cancellationToken);

    /// <summary>The one that a name of a run means: the one being made or ready, else the newest that was. Null: there is none, or the reader may not see it.</summary>
    /// <param name="trustFork">The reader takes what less trusted runs of its repository made. Means nothing for a fork.</param>
    ValueTask<Artifact?> FindAsync(string runId, string name, RunIdentity reader, bool trustFork, CancellationToken cancellationToken);

    ValueTask<IReadOnlyList<Artifact>> ListAsync(ArtifactFilter filter, CancellationToken cancellationToken);

    /// <summary>The newest run with an artifact that is ready and that the reader may see.</summary>
    /// <param name="name">Of the artifact; null: any.</param>
    ValueTask<string?> FindLatestRunAsync(RunIdentity reader, string? name, CancellationToken cancellationToken);

    /// <summary>Those of some layers that a ready artifact which the reader may see has. None where the records fail: then all of them are sent.</summary>
    ValueTask<IReadOnlySet<Digest>> ReadableLayersAsync(RunIdentity reader, IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken);

    /// <summary>In the order in which it happened. Empty: there is none, or the reader may not see it.</summary>
    /// <param name="trustFork">As for <see cref="FindAsync"/>.</param>
    ValueTask<IReadOnlyList<ArtifactEvent>> HistoryAsync(long id, RunIdentity reader, bool trustFork, CancellationToken cancellationToken);

    /// <summary>Keeps a ready one whatever its retention.</summary>
    /// <param name="user">On whose behalf: protected refs manage all artifacts of the repository, others those of their own scope.</param>
    /// <param name="actor">For people.</param>
    ValueTask<ArtifactChange> PinAsync(long id, RunIdentity user, string actor, CancellationToken cancellationToken);

    /// <summary>Its retention counts again, from now.</summary>
    /// <param name="user">As for <see cref="PinAsync"/>.</param>
    ValueTask<ArtifactChange> UnpinAsync(long id, RunIdentity user, CancellationToken cancellationToken);

    /// <summary>For good, pinned or not. One that is being made cannot be deleted.</summary>
    /// <param name="user">As for <see cref="PinAsync"/>.</param>
    /// <param name="actor">For people.</param>
    ValueTask<ArtifactChange> DeleteAsync(long id, RunIdentity user, string actor, string? reason, CancellationToken cancellationToken);

    /// <summary>Fails what lost its worker, expires what is past its retention, forgets what has been over for long. Dead leases are to be expired first.</summary>
    ValueTask<ArtifactSweep> SweepAsync(CancellationToken cancellationToken);

    ValueTask<ArtifactUsage> UsageAsync(string organization, string repository, CancellationToken cancellationToken);
}
