using System.Text;
using Strata.Artifacts.Archives;
using Strata.Artifacts.Records;
using Strata.Core.Diagnostics;
using Strata.Core.Globs;
using Strata.Execution.Entries;
using Strata.Execution.Events;
using Strata.Execution.Masking;
using Strata.Execution.Reporting;
using Strata.Execution.Trees;
using Strata.Layers;
using Strata.Layers.Saving;
using Strata.Layers.Secrets;
using Strata.Layers.Store;
using Strata.Sandbox;
using Strata.Storage;
using Strata.Storage.Blobs;
using Strata.Tenancy;
using Strata.Workflows.Model;

namespace Strata.Execution.Artifacts;

/// <summary>What publishing an artifact came to.</summary>
/// <param name="Problem">Why the job fails; null: it does not.</param>
/// <param name="Report">Null: nothing was to be published.</param>
internal readonly record struct ArtifactPublication(ArtifactReport? Report, string? Problem, Artifact? Artifact);

/// <summary>
/// One artifact from the files of a job to the record that others may read: announced, collected, looked through for secrets, stored, verified, published
/// (docs/artifacts.md). Whatever goes wrong is recorded, so that who waits for it is told.
/// </summary>
/// <param name="secrets">Values by name.</param>
/// <param name="masker">What its steps masked is as little published.</param>
/// <param name="derivedFrom">All that the job stands on so far.</param>
/// <param name="say">To the job's log.</param>
internal sealed class ArtifactPublishing(
    JobAttempt attempt, JobTrees trees, IReadOnlyDictionary<string, string> secrets, SecretMasker masker, Func<IReadOnlyList<Product>> derivedFrom,
    Func<LogKind, string, ValueTask> say, TimeProvider time)
{
    /// <param name="sandbox">Nobody writes in it meanwhile.</param>
    public async Task<ArtifactPublication> PublishAsync(ArtifactRequest request, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var draft = new ArtifactDraft
        {
            Scope = attempt.Scope, Producer = attempt.Producer, Name = request.Name, Retention = request.Retention, Shareable = attempt.IsShareable, DerivedFrom = derivedFrom(),
        };
        var begin = await attempt.Services.Artifacts.BeginAsync(draft, attempt.Token, cancellationToken).ConfigureAwait(false);
        if (begin is not ArtifactBegin.Begun begun)
        {
            return Failed(request.Name, WhyNot(begin, request.Name), null, started);
        }

        try
        {
            return await PublishAsync(request, begun.Id, sandbox, started, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await FailAsync(begun.Id, "the job was cancelled").ConfigureAwait(false);
            throw;
        }
        catch (BlobStoreException e)
        {
            var diagnostic = TransferDiagnostics.StoreFailed(e);
            await say(LogKind.Error, diagnostic.ToString()).ConfigureAwait(false);
            await FailAsync(begun.Id, diagnostic.Message).ConfigureAwait(false);
            return Failed(request.Name, $"{diagnostic.Code}: the artifact '{request.Name}' could not be stored: {e.Message}", begun.Id, started);
        }
        catch (EnvironmentException e)
        {
            await TryFailAsync(begun.Id, e.Message).ConfigureAwait(false);
            throw;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HostileArchiveException or DamagedLayerException)
        {
            await FailAsync(begun.Id, e.Message).ConfigureAwait(false);
            return Failed(request.Name, $"the artifact '{request.Name}' could not be stored: {e.Message}", begun.Id, started);
        }
    }

    private async Task<ArtifactPublication> PublishAsync(ArtifactRequest request, long id, ISandbox sandbox, long started, CancellationToken cancellationToken)
    {
        if (await MoveAsync(id, ArtifactState.Uploading, cancellationToken).ConfigureAwait(false) is { } refused)
        {
            return Failed(request.Name, refused, id, started);
        }

        var gate = new SecretGate(secrets, masker.Values, AllowedBy(request.AllowSecretsIn)) { Mount = JobTrees.MountBytesOf(request.Paths.Overlay) };
        switch (await CollectAsync(request, gate, sandbox, cancellationToken).ConfigureAwait(false))
        {
            case SaveOutcome.Saved saved:
                using (new Held(saved.Layers))
                {
                    await WarnAsync(request, saved).ConfigureAwait(false);
                    return await StoreAsync(request, id, saved, started, cancellationToken).ConfigureAwait(false);
                }

            case SaveOutcome.Blocked blocked:
                var diagnostic = SecretDiagnostics.Found($"The artifact '{request.Name}'", blocked.Finds, request.At);
                if (request.AllowSecretsIn.Count > 0)
                {
                    diagnostic = diagnostic with { Help = $"{diagnostic.Help}\nNo pattern of allow-secrets-in matches the place: they count from the artifact's root, the directory of its path, and not from /." };
                }

                await say(LogKind.Error, diagnostic.ToString()).ConfigureAwait(false);
                await FailAsync(id, diagnostic.Message).ConfigureAwait(false);
                return Failed(request.Name, $"{diagnostic.Code}: {diagnostic.Message}", id, started);
            default:
                return await EmptyAsync(request, id, started).ConfigureAwait(false);
        }
    }

    private async Task<SaveOutcome> CollectAsync(ArtifactRequest request, SecretGate gate, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var collection = new TreeCollecting(attempt.Services.Layers.Place, gate);
        var paths = request.Paths;
        using var overlay = trees.Open(paths.Overlay, sandbox);
        var outcome = await collection.CollectAsync(overlay, Encoding.UTF8.GetBytes(paths.Root), paths.Choice(request.WithHidden), paths.Followed, cancellationToken).ConfigureAwait(false);
        if (outcome is SaveOutcome.Absent && paths is { IsOnePath: true, Root.Length: > 0 })
        {
            paths = paths.OfFile();
            outcome = await collection.CollectAsync(overlay, Encoding.UTF8.GetBytes(paths.Root), paths.Choice(request.WithHidden), paths.Followed, cancellationToken).ConfigureAwait(false);
        }

        return outcome;
    }

    /// <summary>Stored where consumers will look, compared with what was meant, and published.</summary>
    private async Task<ArtifactPublication> StoreAsync(ArtifactRequest request, long id, SaveOutcome.Saved saved, long started, CancellationToken cancellationToken)
    {
        var owner = attempt.UploadOwner("artifact", request.Name);
        var progress = new UploadNarrator(request.Name, say, time);
        var readable = await attempt.ReadableLayersAsync(saved.Tree.Layers, cancellationToken).ConfigureAwait(false);
        var uploaded = await attempt.Services.Uploads.EnsureAsync(
            saved.Layers, new StoreContext(attempt.Token, owner, readable, progress), cancellationToken).ConfigureAwait(false);
        if (uploaded.LeaseLost)
        {
            return Failed(request.Name, WhyNot(new ArtifactBegin.LeaseLost(), request.Name), id, started);
        }

        if (await MoveAsync(id, ArtifactState.Verifying, cancellationToken).ConfigureAwait(false) is { } refused)
        {
            return Failed(request.Name, refused, id, started);
        }

        if (await attempt.Services.Uploads.CheckAsync(saved.Tree.Layers, cancellationToken).ConfigureAwait(false) is { } wrong)
        {
            var unlike = $"what the store holds is not what was sent: {wrong}";
            await FailAsync(id, unlike).ConfigureAwait(false);
            return Failed(request.Name, $"the artifact '{request.Name}' failed: {unlike}", id, started);
        }

        using (var stored = (await ArtifactContent.OpenAsync(attempt.Services.Layers.Place, saved.Tree, cancellationToken).ConfigureAwait(false)).Content)
        {
            if (stored is null)
            {
                const string lost = "what was stored is not what was made: a layer of it is missing or damaged";
                await FailAsync(id, lost).ConfigureAwait(false);
                return Failed(request.Name, $"the artifact '{request.Name}' failed: {lost}", id, started);
            }

            var commit = await attempt.Services.Artifacts.CommitAsync(id, saved.Tree, attempt.Token, cancellationToken).ConfigureAwait(false);
            if (commit is not ArtifactMove.Moved { Artifact.State: ArtifactState.Ready } ready)
            {
                return Failed(request.Name, WhyNot(commit, request.Name), id, started);
            }

            await say(LogKind.Progress, $"artifact '{request.Name}' is ready: {ArtifactText.SizeOf(saved.Tree)}, sha256 {saved.Tree.Tree.Hex}").ConfigureAwait(false);
            var report = new ArtifactReport(
                request.Name, "upload", "ready", saved.Tree.Tree.ToString(), saved.Tree.SizeBytes, uploaded.Parts, uploaded.PartsResumed, ElapsedMs(started));
            return new(report, null, ready.Artifact);
        }
    }

    private async Task<ArtifactPublication> EmptyAsync(ArtifactRequest request, long id, long started)
    {
        var nothing = $"no file matches the path of the artifact '{request.Name}'";
        await FailAsync(id, nothing).ConfigureAwait(false);
        switch (request.IfEmpty)
        {
            case ArtifactIfEmpty.Error:
                return Failed(request.Name, $"{nothing} (if-empty: warn or ignore allows it)", id, started);
            case ArtifactIfEmpty.Warn:
                await say(LogKind.Warning, $"{nothing}: nothing is published.").ConfigureAwait(false);
                break;
        }

        return default;
    }

    private async ValueTask WarnAsync(ArtifactRequest request, SaveOutcome.Saved saved)
    {
        if (saved.Dropped > 0)
        {
            await say(LogKind.Warning, $"artifact '{request.Name}': {saved.Dropped} names or attributes that artifacts have no place for are left out (sockets, devices).").ConfigureAwait(false);
        }
    }

    /// <returns>Null: it is in that state.</returns>
    private async Task<string?> MoveAsync(long id, ArtifactState to, CancellationToken cancellationToken)
    {
        var move = await attempt.Services.Artifacts.MoveAsync(id, to, attempt.Actor, null, attempt.Token, cancellationToken).ConfigureAwait(false);
        return move is ArtifactMove.Moved ? null : WhyNot(move, "");
    }

    private async Task FailAsync(long id, string reason) =>
        await attempt.Services.Artifacts.MoveAsync(id, ArtifactState.Failed, attempt.Actor, reason, attempt.Token, CancellationToken.None).ConfigureAwait(false);

    /// <summary>Where the records may be what fails: the next sweep finds it then.</summary>
    private async Task TryFailAsync(long id, string reason)
    {
        try
        {
            await FailAsync(id, reason).ConfigureAwait(false);
        }
        catch (EnvironmentException)
        {
        }
    }

    private ArtifactPublication Failed(string name, string problem, long? id, long started) =>
        new(id is null ? null : new(name, "upload", "failed", null, 0, 0, 0, ElapsedMs(started)), problem, null);

    private static string WhyNot(ArtifactBegin begin, string name) => begin switch
    {
        ArtifactBegin.Taken { By: var by } => $"the run has an artifact '{name}' already: job {by.Producer.Job} made it",
        ArtifactBegin.TooMany { Limit: var limit } => $"the run has {limit} artifacts: no more are taken",
        _ => "another attempt at this job took over: what this one publishes does not count",
    };

    private static string WhyNot(ArtifactMove move, string name) => move switch
    {
        ArtifactMove.Refused { Artifact: var artifact } => $"the artifact '{artifact.Name}' is {ArtifactTransitions.WordOf(artifact.State)}: {artifact.Reason}",
        ArtifactMove.OverQuota over => $"the artifact '{over.Artifact.Name}' does not fit: artifacts of this repository take {new Core.ByteSize(over.UsedBytes)} of {new Core.ByteSize(over.QuotaBytes)}",
        ArtifactMove.Unknown => $"the artifact '{name}' is gone",
        _ => "another attempt at this job took over: what this one publishes does not count",
    };

    private static Func<byte[], bool>? AllowedBy(IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0)
        {
            return null;
        }

        var (globs, problems) = GlobSet.Parse(patterns);
        return globs is null
            ? throw new UserErrorException(ExecutionDiagnostics.BadAllowList(string.Join(' ', problems.Select(static p => p.Message))))
            : path => globs.Matches(Encoding.UTF8.GetString(path));
    }

    private long ElapsedMs(long started) => (long)time.GetElapsedTime(started).TotalMilliseconds;

    private sealed class Held(IReadOnlyList<LayerLease> leases) : IDisposable
    {
        public void Dispose()
        {
            foreach (var lease in leases)
            {
                lease.Dispose();
            }
        }
    }
}
