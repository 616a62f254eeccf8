using Strata.Caching.Entries;
using Strata.Caching.Keys;
using Strata.Caching.Steps;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Execution.Caches;
using Strata.Execution.Masking;
using Strata.Images;
using Strata.Layers;
using Strata.Layers.Packing;
using Strata.Layers.Saving;
using Strata.Layers.Secrets;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Sandbox;
using Strata.Storage;
using Strata.Tenancy;
using SaveOutcome = Strata.Caching.Entries.SaveOutcome;

namespace Strata.Execution.Hermetic;

/// <summary>A hit that can be used: its layers are held.</summary>
internal sealed record StepHit(CacheEntry Entry, StepRecord Record, IReadOnlyList<LayerLease> Layers) : IDisposable
{
    /// <summary>Null: the step made nothing.</summary>
    public StoredTree? Tree => Entry.Content.Paths.Count > 0 ? Entry.Content.Paths[0].Tree : null;

    /// <summary>What came from elsewhere for it.</summary>
    public long FetchedBytes { get; init; }

    public void Dispose()
    {
        foreach (var lease in Layers)
        {
            lease.Dispose();
        }
    }
}

/// <summary>What saving came to.</summary>
/// <param name="Reason">Why it is not saved; null: it is.</param>
/// <param name="Differs">Of a lost race: who won made something else of the same inputs.</param>
internal readonly record struct StepSave(SaveOutcome Outcome, string? Reason, CacheEntry? Differs = null);

/// <summary>The entries of hermetic steps: look-ups and commits. Whatever goes wrong here is a miss or an entry less, with its reason.</summary>
internal sealed class StepEntries(HermeticJob job)
{
    public const string EntryType = "step";

    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    private const int TriesMax = 3; // entries found whose layers are gone

    private readonly Dictionary<string, long> _elsewhere = new(StringComparer.Ordinal); // by key: CacheDraft.Elsewhere

    public CacheQuery QueryOf(HermeticPlan plan) => QueryOf(plan.Command.Name, plan.Key, plan.Manifest);

    /// <summary>Looks for a step that nobody has: what reckons keys and finds entries takes its time to load.</summary>
    public async Task PreloadAsync(CancellationToken cancellationToken)
    {
        var (key, manifest) = new StepKey
        {
            Image = job.Image.Digest, Command = "", Shell = [""], Directory = SandboxSpec.WorkspacePath, UserId = 0, GroupId = 0, Env = new SortedDictionary<string, string>(), Inputs = default,
            Caches = new SortedDictionary<string, IReadOnlyDictionary<string, Digest>>(), Outputs = [""], Platform = ImageDigest.Platform, Sandbox = HermeticEnvironment.Profile,
        }.Compute();
        await job.Attempt.Services.Caches.FindAsync(QueryOf("", key, manifest), cancellationToken).ConfigureAwait(false);
    }

    public async Task<(CacheLookup Lookup, StepHit? Hit)> FindAsync(CacheQuery query, CancellationToken cancellationToken)
    {
        try
        {
            for (var tries = 0; ; tries++)
            {
                var lookup = await job.Attempt.Services.Caches.FindAsync(query, cancellationToken).AsTask().WaitAsync(WaitMax, job.Time, cancellationToken).ConfigureAwait(false);
                if (lookup.Entry is not { } entry)
                {
                    return (lookup, null);
                }

                var (hit, lost) = await OpenAsync(entry, cancellationToken).ConfigureAwait(false);
                if (lost is null)
                {
                    return (lookup, hit);
                }

                if (lost.State is { } leaves)
                {
                    await RetireAsync(entry, leaves, lost.Reason, cancellationToken).ConfigureAwait(false);
                }

                if (lost.IsElsewhere)
                {
                    _elsewhere[query.Key] = entry.Id;
                }

                if (lost.State is null || tries == TriesMax)
                {
                    return (CacheLookup.Failed($"an entry was found, but {lost.Reason}"), null);
                }
            }
        }
        catch (Exception e) when (e is IOException or EnvironmentException or TimeoutException)
        {
            return (CacheLookup.Failed($"the cache cannot be used now: {e.Message}"), null);
        }
    }

    /// <summary>Where the database does not take it, who finds the entry next will retire it.</summary>
    public async ValueTask RetireAsync(CacheEntry entry, EntryState state, string reason, CancellationToken cancellationToken)
    {
        try
        {
            await job.Attempt.Services.Caches.RetireAsync(entry.Id, state, reason, cancellationToken).ConfigureAwait(false);
        }
        catch (EnvironmentException)
        {
        }
    }

    /// <exception cref="EnvironmentException">The database failed.</exception>
    public async ValueTask<RefutationReport?> RefuteAsync(CacheEntry entry, string differences, CancellationToken cancellationToken) =>
        await job.Attempt.Services.Caches.RefuteAsync(entry.Id, job.Attempt.Producer, differences, cancellationToken).ConfigureAwait(false);

    /// <param name="outputs">Null: the step made none. Held by the caller.</param>
    /// <param name="masker">What it knows is not kept, in whatever form.</param>
    public async Task<StepSave> SaveAsync(
        HermeticPlan plan, CapturedOutputs? outputs, StepRecord record, TimeSpan spent, SecretMasker masker, CancellationToken cancellationToken)
    {
        try
        {
            return Secret(outputs, record, masker, cancellationToken) is { } secret
                ? new(SaveOutcome.Blocked, secret)
                : await CommitAsync(plan, outputs, record, spent, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EnvironmentException or DamagedLayerException)
        {
            return new(SaveOutcome.Error, e.Message);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return new(SaveOutcome.Error, "the job was ended before it was saved"); // the step itself has succeeded
        }
    }

    private async Task<(StepHit? Hit, LostLayer? Lost)> OpenAsync(CacheEntry entry, CancellationToken cancellationToken)
    {
        if (StepRecord.Parse(entry.Effects) is not { } record)
        {
            return (null, new(EntryState.Quarantined, false, "its record cannot be read"));
        }

        var (leases, fetchedBytes) = (new List<LayerLease>(), 0L);
        var layers = new List<Digest>();
        foreach (var path in entry.Content.Paths)
        {
            for (var i = 0; i < path.Tree?.Layers.Count; i++)
            {
                layers.Add(path.Tree.Layers[i]);
            }
        }

        foreach (var digest in layers)
        {
            var opening = await job.Attempt.Services.Layers.Place.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
            fetchedBytes += opening.FetchedBytes;
            if (opening.Lease is null)
            {
                leases.ForEach(static lease => lease.Dispose());
                return (null, LostLayer.Of(job.Attempt.Services, job.Attempt.Scope.Organization, digest, opening));
            }

            leases.Add(opening.Lease);
        }

        return (new(entry, record, leases) { FetchedBytes = fetchedBytes }, null);
    }

    private CacheQuery QueryOf(string name, string key, string manifest) => new()
    {
        Reader = job.Attempt.Identity,
        Kind = EntryKind.Step,
        Name = name,
        Type = EntryType,
        Identity = CacheIdentity.OfSteps,
        Key = key,
        Manifest = manifest,
        RunId = job.Attempt.Producer.RunId,
        Job = job.Attempt.Producer.Job,
    };

    /// <summary>Why nothing of it may be kept.</summary>
    private string? Secret(CapturedOutputs? outputs, StepRecord record, SecretMasker masker, CancellationToken cancellationToken)
    {
        foreach (var (name, value) in job.Secrets)
        {
            if (value.Length >= SecretGate.LengthMin && record.Texts().Any(text => text.Contains(value, StringComparison.Ordinal)))
            {
                return $"what it hands to later steps contains the secret {name}";
            }
        }

        if (record.Texts().Any(masker.ContainsSecret))
        {
            return "what it hands to later steps contains a value that is masked";
        }

        if (outputs is null)
        {
            return null;
        }

        var finds = new SecretGate(job.Secrets, masker.Values).Check(new LayerTarget(outputs.Layer.ImagePath, outputs.Layer.IndexPath), [], cancellationToken);
        return finds.Count == 0 ? null : SecretDiagnostics.Found("What the step made", finds, null).Message;
    }

    private async Task<StepSave> CommitAsync(HermeticPlan plan, CapturedOutputs? outputs, StepRecord record, TimeSpan spent, CancellationToken cancellationToken)
    {
        var (attempt, services) = (job.Attempt, job.Attempt.Services);
        var draft = new CacheDraft
        {
            Writer = attempt.Identity,
            Kind = EntryKind.Step,
            Name = plan.Command.Name,
            Type = EntryType,
            Identity = CacheIdentity.OfSteps,
            Key = plan.Key,
            Producer = attempt.Producer,
            Elsewhere = _elsewhere.TryGetValue(plan.Key, out var elsewhere) ? elsewhere : null,
        };
        var content = new CacheContent([new(SandboxSpec.WorkspacePath, outputs?.Tree)]);
        switch (await services.Caches.BeginAsync(draft, attempt.Token, cancellationToken).ConfigureAwait(false))
        {
            case CacheBegin.Exists(var winner):
                return Lost(winner, !winner.Content.IsSameTreeAs(content));
            case CacheBegin.LeaseLost:
                return LeaseLost;
        }

        var layers = outputs is null ? [] : (IReadOnlyList<LayerLease>)[outputs.Layer];
        foreach (var layer in layers)
        {
            services.Saved.Add(attempt.Token, attempt.Scope.Organization, layer.Digest);
        }

        var readable = await attempt.ReadableLayersAsync([.. content.Layers()], cancellationToken).ConfigureAwait(false);
        var owner = attempt.UploadOwner("step", plan.Command.Name);
        if ((await services.Uploads.EnsureAsync(layers, new StoreContext(attempt.Token, owner, readable) { IsHint = true }, cancellationToken).ConfigureAwait(false)).LeaseLost)
        {
            return LeaseLost;
        }

        var commit = new CacheCommit
        {
            Draft = draft,
            Content = content,
            LayerBytes = layers.ToDictionary(static lease => lease.Digest, static lease => lease.SizeBytes),
            DerivedFrom = job.Sources(),
            Shareable = attempt.IsShareable,
            SharesWithForks = plan.Command.Cache.ShareWithForks,
            Spent = spent,
            Manifest = plan.Manifest,
            Effects = record.ToJson(),
        };
        switch (await services.Caches.CommitAsync(commit, attempt.Token, cancellationToken).ConfigureAwait(false))
        {
            case CacheCommitOutcome.Committed(var entry):
                job.AddSource(new(ProductKind.CacheEntry, entry.Id));
                return new(SaveOutcome.Saved, null);
            case CacheCommitOutcome.LostRace(var winner, var differs):
                return Lost(winner, differs);
            case CacheCommitOutcome.Refused(var reason):
                return new(SaveOutcome.Error, reason);
            default:
                return LeaseLost;
        }
    }

    private static StepSave LeaseLost => new(SaveOutcome.Error, "another attempt at this job took over");

    private static StepSave Lost(CacheEntry winner, bool differs) =>
        new(SaveOutcome.LostRace, $"run {winner.Producer.RunId}, job {winner.Producer.Job} saved this key first", differs ? winner : null);
}
