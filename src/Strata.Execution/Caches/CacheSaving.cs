using System.Text;
using Strata.Caching.Entries;
using Strata.Core.Diagnostics;
using Strata.Execution.Entries;
using Strata.Execution.Masking;
using Strata.Execution.Trees;
using Strata.Layers;
using Strata.Layers.Saving;
using Strata.Layers.Secrets;
using Strata.Layers.Store;
using Strata.Layers.Trees;
using Strata.Sandbox;
using Strata.Storage;
using Strata.Tenancy;
using Strata.Workflows.Model;
using TreeSave = Strata.Layers.Saving.SaveOutcome;

namespace Strata.Execution.Caches;

/// <summary>Saves the caches of a job that has ended: the difference, as one transaction each. Nothing here fails the job.</summary>
/// <param name="secrets">Values by name.</param>
/// <param name="masker">What its steps masked is as little saved.</param>
/// <param name="derivedFrom">All that the job stood on.</param>
internal sealed class CacheSaving(
    JobAttempt attempt, JobTrees trees, IReadOnlyDictionary<string, string> secrets, SecretMasker masker, Func<IReadOnlyList<Product>> derivedFrom, AttemptLayers saved,
    TimeProvider time)
{
    /// <param name="others">All paths that are restored or saved on their own: what lies below one is not saved with another.</param>
    /// <param name="succeeded">How the job ended.</param>
    public async Task SaveAsync(JobCache cache, IReadOnlyList<JobPlace> others, bool succeeded, ISandbox sandbox, CancellationToken cancellationToken)
    {
        if (WhyNot(cache, succeeded) is { } reason)
        {
            (cache.Save, cache.SaveReason) = (Caching.Entries.SaveOutcome.Skipped, reason);
            return;
        }

        var started = time.GetTimestamp();
        var written = new Written();
        try
        {
            await SaveAsync(cache, others, sandbox, written, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or EnvironmentException or HostileArchiveException or DamagedLayerException)
        {
            (cache.Save, cache.SaveReason) = (Caching.Entries.SaveOutcome.Error, e.Message);
        }
        catch (OperationCanceledException)
        {
            cache.SaveReason = Cancelled;
            throw;
        }
        finally
        {
            cache.SaveTime = time.GetElapsedTime(started);
            await written.Preparing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            written.Leases.ForEach(static lease => lease.Dispose());
            if (cache.Save is not Caching.Entries.SaveOutcome.Saved)
            {
                cache.SavedBytes = 0;
            }
        }
    }

    /// <summary>As far as it is known before the job's steps.</summary>
    public static bool MaySave(JobCache cache) => WhyNot(cache, succeeded: true) is null;

    /// <summary>Nothing of it is to be saved any more: why, unless that is known.</summary>
    /// <param name="reason">If it would have been saved.</param>
    public static void Leave(JobCache cache, string reason)
    {
        if (cache is { Save: Caching.Entries.SaveOutcome.Skipped, SaveReason: null })
        {
            cache.SaveReason = WhyNot(cache, succeeded: true) ?? reason;
        }
    }

    /// <summary>Of a run that was cancelled.</summary>
    public const string Cancelled = "cancelled";

    private static string? WhyNot(JobCache cache, bool succeeded) =>
        cache.Unusable is not null ? cache.Unusable
        : cache.Query is null ? cache.Off?.SaveReason ?? "off"
        : cache.IsExactHit ? "exact-hit"
        : cache.Spec.LookupOnly ? "lookup-only"
        : cache.Spec.Save is CacheSave.Never ? "save: never"
        : !succeeded && cache.Spec.Save is not CacheSave.Always ? "the job did not succeed"
        : null;

    private async Task SaveAsync(JobCache cache, IReadOnlyList<JobPlace> others, ISandbox sandbox, Written written, CancellationToken cancellationToken)
    {
        var draft = DraftOf(cache);
        switch (await attempt.Services.Caches.BeginAsync(draft, attempt.Token, cancellationToken).ConfigureAwait(false))
        {
            case CacheBegin.Exists(var entry):
                (cache.Save, cache.SaveReason) = (Caching.Entries.SaveOutcome.LostRace, $"run {entry.Producer.RunId}, job {entry.Producer.Job} saved this key first");
                return;
            case CacheBegin.LeaseLost:
                (cache.Save, cache.SaveReason) = (Caching.Entries.SaveOutcome.Error, LeaseLost);
                return;
        }

        var paths = new List<CachedPath>();
        var isChanged = false;
        var isEmpty = false;
        foreach (var place in cache.Places)
        {
            var (outcome, isFile, basis) = await SavePathAsync(cache, place, others, sandbox, cancellationToken).ConfigureAwait(false);
            if (outcome is TreeSave.Blocked blocked)
            {
                var found = SecretDiagnostics.Found($"The cache '{cache.Spec.ShownAs}'", blocked.Finds, cache.Spec.At);
                (cache.Save, cache.SaveReason) = (Caching.Entries.SaveOutcome.Blocked, $"{found.Code}: {found.Message}");
                return;
            }

            if (outcome is TreeSave.Saved saved)
            {
                written.Leases.AddRange(saved.Layers);
                cache.SavedBytes += saved.WrittenBytes;
            }

            isEmpty |= outcome is TreeSave.Empty;
            isChanged |= outcome is not TreeSave.Unchanged && !(outcome is TreeSave.Absent or TreeSave.Empty && basis.Count == 0);
            paths.Add(new(place.Path, outcome switch
            {
                TreeSave.Saved tree => tree.Tree,
                TreeSave.Unchanged => BaseOf(cache, place.Path),
                _ => null,
            }, isFile));
        }

        if (paths.TrueForAll(static path => path.Tree is null))
        {
            var at = string.Join(", ", cache.Places.Select(static place => place.Path));
            (cache.Save, cache.SaveReason) = (Caching.Entries.SaveOutcome.Skipped, isEmpty ? $"nothing is in {at}" : $"nothing is at {at}");
            return;
        }

        await CommitAsync(cache, draft, new(paths), isChanged, written, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>As a directory, else as a file.</summary>
    /// <returns>And what it stands on.</returns>
    private async Task<(TreeSave Outcome, bool IsFile, IReadOnlyList<LayerLease> Basis)> SavePathAsync(
        JobCache cache, CachePlace place, IReadOnlyList<JobPlace> others, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var restored = cache.Basis.Restored.GetValueOrDefault(place.Path) ?? [];
        var wasFile = cache.Basis.RestoredFiles.Contains(place.Path);
        var basis = wasFile ? [] : restored;
        var outcome = place.IsFile ? new TreeSave.Absent() : await SaveTreeAsync(cache, place, basis, others, sandbox, cancellationToken).ConfigureAwait(false);
        if (outcome is TreeSave.Absent && place.AsFile() is { } file)
        {
            var fileBasis = wasFile ? restored : [];
            var fileOutcome = await SaveTreeAsync(cache, file, fileBasis, others, sandbox, cancellationToken).ConfigureAwait(false);
            if (fileOutcome is not (TreeSave.Absent or TreeSave.Empty))
            {
                return (fileOutcome, true, fileBasis);
            }
        }

        return (outcome, false, restored);
    }

    private async Task<TreeSave> SaveTreeAsync(
        JobCache cache, CachePlace place, IReadOnlyList<LayerLease> basis, IReadOnlyList<JobPlace> others, ISandbox sandbox, CancellationToken cancellationToken)
    {
        var saving = new TreeSaving(attempt.Services.Layers.Place, new SecretGate(secrets, masker.Values) { Mount = JobTrees.MountBytesOf(place.In.Overlay) }) { IsBasisWritten = cache.Basis.IsInUpper };
        using var overlay = trees.Open(place.In.Overlay, sandbox);
        try
        {
            return await saving.SaveAsync(overlay, place.In.Path, Except(cache, place, others), basis, place.ToChoice(), cancellationToken).ConfigureAwait(false);
        }
        catch (DamagedLayerException) when (saving.IsBasisWritten && basis.Count > 0)
        {
            // What the job has does not stand on it: all of it is saved.
            return await saving.SaveAsync(overlay, place.In.Path, Except(cache, place, others), [], place.ToChoice(), cancellationToken).ConfigureAwait(false);
        }
    }

    private static List<byte[]> Except(JobCache cache, CachePlace place, IReadOnlyList<JobPlace> others)
    {
        var except = new List<byte[]>();
        var own = JobTrees.PlaceOf(Encoding.UTF8.GetBytes(place.Path.TrimStart('/'))).Path; // of a file not the directory that is looked at
        foreach (var other in others)
        {
            if (other.Overlay == place.In.Overlay && !other.Path.AsSpan().SequenceEqual(own) && Layers.Differences.TreePath.IsBelow(other.Path, place.In.Path))
            {
                except.Add(other.Path);
            }
        }

        foreach (var path in cache.Except)
        {
            if (JobTrees.PlaceOf(Encoding.UTF8.GetBytes(path.TrimStart('/'))) is var at && at.Overlay == place.In.Overlay)
            {
                except.Add(at.Path);
            }
        }

        return except;
    }

    private static StoredTree? BaseOf(JobCache cache, string path) => cache.Basis.Lookup!.Entry!.Content.Paths.FirstOrDefault(p => p.Path == path)?.Tree;

    private async Task CommitAsync(
        JobCache cache, CacheDraft draft, CacheContent content, bool isChanged, Written written, CancellationToken cancellationToken)
    {
        var layers = written.Leases.Concat(cache.Basis.Restored.Values.SelectMany(static restored => restored)).DistinctBy(static lease => lease.Digest).ToList();
        written.Preparing = isChanged ? Task.Run(() => PrepareAsync(cache, content, layers, cancellationToken), CancellationToken.None) : Task.CompletedTask; // beside the upload
        written.Leases.ForEach(lease => saved.Add(attempt.Token, attempt.Scope.Organization, lease.Digest));
        var readable = await attempt.ReadableLayersAsync([.. content.Layers()], cancellationToken).ConfigureAwait(false);
        var owner = attempt.UploadOwner("cache", cache.Spec.Name);
        var uploaded = await attempt.Services.Uploads.EnsureAsync(
            [.. layers.Where(lease => content.Layers().Contains(lease.Digest))], new StoreContext(attempt.Token, owner, readable) { IsHint = true }, cancellationToken).ConfigureAwait(false);
        var commit = new CacheCommit
        {
            Draft = draft,
            Content = content,
            LayerBytes = content.Layers().ToDictionary(static digest => digest, digest => layers.Find(lease => lease.Digest == digest)?.SizeBytes ?? 0),
            DerivedFrom = derivedFrom(),
            Shareable = attempt.IsShareable,
            SharesWithForks = cache.Spec.ShareWithForks,
            Ttl = cache.Spec.Ttl,
            MaxAge = cache.Spec.MaxAge,
            Manifest = cache.Query!.Manifest,
        };
        var outcome = uploaded.LeaseLost ? new CacheCommitOutcome.LeaseLost()
            : await attempt.Services.Caches.CommitAsync(commit, attempt.Token, cancellationToken).ConfigureAwait(false);
        (cache.Save, cache.SaveReason) = outcome switch
        {
            CacheCommitOutcome.Committed => (isChanged ? Caching.Entries.SaveOutcome.Saved : Caching.Entries.SaveOutcome.Unchanged, null),
            CacheCommitOutcome.LostRace lost =>
                (Caching.Entries.SaveOutcome.LostRace, $"run {lost.Winner.Producer.RunId}, job {lost.Winner.Producer.Job} saved this key first"),
            CacheCommitOutcome.Refused refused => (Caching.Entries.SaveOutcome.Error, refused.Reason),
            _ => (Caching.Entries.SaveOutcome.Error, LeaseLost),
        };
    }

    /// <summary>What the next job would wait for is made now, while nobody waits.</summary>
    private async Task PrepareAsync(JobCache cache, CacheContent content, List<LayerLease> layers, CancellationToken cancellationToken)
    {
        for (var i = 0; i < content.Paths.Count; i++)
        {
            var stack = (content.Paths[i].Tree?.Layers ?? []).Select(digest => layers.Find(lease => lease.Digest == digest)).OfType<LayerLease>().ToList();
            if (stack.Count == 0 || stack.Count != content.Paths[i].Tree!.Layers.Count)
            {
                continue;
            }

            try
            {
                var place = content.Paths[i].IsFile ? cache.Places[i].AsFile()! : cache.Places[i];
                await trees.PrepareAsync(place.Place, stack, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or DamagedLayerException or HostileArchiveException)
            {
                // The next job makes it, or says what is wrong.
            }
        }
    }

    /// <summary>What saving holds, to be let go of when all is done.</summary>
    private sealed class Written
    {
        public List<LayerLease> Leases { get; } = [];

        /// <summary>For the next job: no part of saving, but waited for before the leases are let go.</summary>
        public Task Preparing { get; set; } = Task.CompletedTask;
    }

    private const string LeaseLost = "another attempt at this job took over";

    private CacheDraft DraftOf(JobCache cache) => new()
    {
        Writer = attempt.Identity,
        Kind = EntryKind.Dependency,
        Name = cache.Spec.Name,
        Type = cache.Spec.Type,
        Identity = cache.Query!.Identity,
        Key = cache.Query.Key,
        Producer = attempt.Producer,
        Elsewhere = cache.Elsewhere,
    };
}
