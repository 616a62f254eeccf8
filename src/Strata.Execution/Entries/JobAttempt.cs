using Strata.Core;
using Strata.Core.Identity;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Execution.Entries;

/// <summary>One attempt at a job, and its right to publish. Disposing gives that up.</summary>
/// <param name="lease">Null: nobody knows of the attempt, as the database cannot be used. It reads and publishes nothing.</param>
internal sealed class JobAttempt(EntryServices services, RunIdentity identity, Scope scope, Producer producer, string jobId, Lease? lease) : IAsyncDisposable
{
    public EntryServices Services => services;

    public RunIdentity Identity => identity;

    public Scope Scope => scope;

    public Producer Producer => producer;

    /// <summary>As the workflow names the job.</summary>
    public string JobId => jobId;

    public bool IsRecorded => lease is not null;

    public LeaseToken Token => (lease ?? throw new InvalidOperationException($"The attempt at {producer.Job} is not recorded: it may publish nothing.")).Token;

    /// <summary>Whether forks may see what it publishes (DESIGN §7). Only ever becomes false.</summary>
    public bool IsShareable { get; private set; } = true;

    /// <summary>For events of what it publishes.</summary>
    public string Actor => $"run {producer.RunId}, job {producer.Job}";

    /// <summary>
    /// Under which what was sent of an upload is found by whoever does the same job again: another attempt, or, when this process dies, the next run of the same scope. What a run of other
    /// trust sent is not: it would tell what is in it.
    /// </summary>
    public string UploadOwner(string kind, string name) => $"{scope}/{producer.Job}/{kind}/{name}";

    /// <summary>Those of some layers that something stands on which the job may read: of these alone it may learn that they are stored.</summary>
    public async ValueTask<IReadOnlySet<Digest>> ReadableLayersAsync(IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken)
    {
        var ofCaches = await services.Caches.ReadableLayersAsync(identity, layers, cancellationToken).ConfigureAwait(false);
        var ofArtifacts = await services.Artifacts.ReadableLayersAsync(identity, layers, cancellationToken).ConfigureAwait(false);
        return ofCaches.Union(ofArtifacts).ToHashSet();
    }

    /// <summary>It stands on, or could have read, what forks may not see.</summary>
    public void Hide() => IsShareable = false;

    /// <summary>Its result is there: what needs it may go on, while it saves.</summary>
    public async Task EndAsync(Reporting.RunStatus status, string? reason)
    {
        if (lease is not null)
        {
            await services.Runs.EndAttemptAsync(lease.Token, RunEntries.Of(status), reason, CancellationToken.None).ConfigureAwait(false);
        }
    }

    public ValueTask DisposeAsync() => lease?.DisposeAsync() ?? ValueTask.CompletedTask;
}
