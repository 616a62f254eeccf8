using System.Text;
using System.Text.Json.Nodes;
using Strata.Caching;
using Strata.Caching.Entries;
using Strata.Caching.Keys;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Execution.Entries;
using Strata.Execution.Trees;
using Strata.Images;
using Strata.Layers;
using Strata.Layers.Differences;
using Strata.Layers.Store;
using Strata.Layers.Views;

namespace Strata.Execution.Caches;

/// <summary>
/// Looks for the caches of a job and lays what is found into it before it starts. Nothing here fails the job: whatever goes wrong is a miss, with its reason.
/// </summary>
internal sealed class CacheRestoring(JobAttempt attempt, JobTrees trees, ImageUser user, Digest image, TimeProvider time)
{
    /// <summary>After this an answer does not count any more: the job is to be made faster.</summary>
    private static readonly TimeSpan WaitMax = TimeSpan.FromSeconds(10);

    private const int TriesMax = 3; // entries found whose layers are gone

    public async Task FindAsync(JobCache cache, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        try
        {
            Prepare(cache);
            for (var tries = 0; cache.Unusable is null && tries < TriesMax && await TryAsync(cache, cancellationToken).ConfigureAwait(false); tries++)
            {
            }
        }
        catch (Exception e) when (e is IOException or EnvironmentException or DamagedLayerException or TimeoutException)
        {
            cache.Forget();
            cache.Lookup = CacheLookup.Failed($"the cache cannot be used now: {e.Message}");
        }

        cache.RestoreTime = time.GetElapsedTime(started);
    }

    /// <summary>All that was found, from the shallowest path to the deepest; of each cache all paths or none.</summary>
    public async Task PlaceAsync(IReadOnlyList<JobCache> caches, CancellationToken cancellationToken)
    {
        var opened = new List<Opened>();
        foreach (var cache in caches.Where(static cache => cache.Restored.Count > 0))
        {
            if (!trees.HasRoomFor(opened.Count + cache.Places.Count))
            {
                await LoseAsync(cache, null, "the job has more caches than can be mounted", cancellationToken).ConfigureAwait(false);
                continue;
            }

            var started = time.GetTimestamp();
            opened.AddRange(await OpenAsync(cache, cancellationToken).ConfigureAwait(false));
            cache.RestoreTime += time.GetElapsedTime(started);
        }

        var placed = new List<byte[]>();
        foreach (var item in opened
            .OrderBy(static item => item.Path.Count(static c => c == '/'))
            .ThenBy(static item => item.Path, StringComparer.Ordinal)
            .ThenBy(static item => item.Name, StringComparer.Ordinal))
        {
            var isNested = placed.Exists(outer => TreePath.IsBelow(item.Place.Path, outer));
            trees.Add(isNested ? await OpenNestedAsync(item, cancellationToken).ConfigureAwait(false) : item.Tree);
            placed.Add(item.Place.Path);
        }
    }

    /// <summary>Directories above it are as the cache has them that it lies in, and that is there by now.</summary>
    private async Task<RestoredTree> OpenNestedAsync(Opened item, CancellationToken cancellationToken)
    {
        try
        {
            return trees.Resolve($"/{Encoding.UTF8.GetString(item.Place.Path)}", user).Place is { } place && place.Path.AsSpan().SequenceEqual(item.Place.Path)
                && await trees.OpenAsync(place, item.Layers, cancellationToken).ConfigureAwait(false) is { } tree ? tree : item.Tree;
        }
        catch (Exception e) when (e is IOException or DamagedLayerException or HostileArchiveException)
        {
            return item.Tree;
        }
    }

    /// <returns>Empty: the cache is a miss after all.</returns>
    private async Task<List<Opened>> OpenAsync(JobCache cache, CancellationToken cancellationToken)
    {
        var opened = new List<Opened>();
        try
        {
            foreach (var place in cache.Places)
            {
                if (!cache.Restored.TryGetValue(place.Path, out var layers))
                {
                    continue; // it was not there when the entry was saved
                }

                if (cache.PlaceOf(place) is not { } to || (to.IsFile && trees.IsDirectory(JobTrees.PlaceOf(Encoding.UTF8.GetBytes(place.Path[1..])))))
                {
                    await LoseAsync(cache, null, $"what is at {place.Path} now is of another kind", cancellationToken).ConfigureAwait(false);
                    return [];
                }

                if (await trees.OpenAsync(to.Place, layers, cancellationToken).ConfigureAwait(false) is not { } tree)
                {
                    await LoseAsync(cache, EntryState.Expired, "a layer of it is gone", cancellationToken).ConfigureAwait(false);
                    return [];
                }

                opened.Add(new(cache.Spec.Name, place.Path, to.Place, layers, tree));
            }

            return opened;
        }
        catch (DamagedLayerException e)
        {
            await LoseAsync(cache, EntryState.Quarantined, e.Message, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or HostileArchiveException) // too many layers, too long a path: elsewhere it may have its place
        {
            await LoseAsync(cache, null, $"it cannot be mounted: {e.Message}", cancellationToken).ConfigureAwait(false);
        }

        return [];
    }

    /// <summary>Where the cache is and what it is looked for by; one that cannot be used only what it is told by.</summary>
    private void Prepare(JobCache cache)
    {
        var (spec, places) = (cache.Spec, (IReadOnlyList<CachePlace>?)null);
        if (ProblemOf(spec) is { } wrong)
        {
            cache.Refuse(wrong);
        }
        else if (spec.Secret is SecretPart.Path)
        {
            cache.Refuse("a path of it contains a secret");
        }
        else
        {
            (places, cache.Except, var problem) = CachePlaces.Of(spec.Paths, trees, user);
            cache.Places = places ?? [];
            if (places is null)
            {
                cache.Refuse(problem!);
            }
        }

        cache.Query = QueryOf(places is null ? spec with { Rolling = false, Key = ToldOf(spec.Key) } : spec, cache.Places) with { Purpose = cache.Purpose };
    }

    /// <summary>As much of a key that cannot be used as can be stored.</summary>
    private static string ToldOf(string key) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(ShownText.Of(key, CacheKey.LengthMax))); // no half characters

    private static Diagnostic? ProblemOf(CacheSpec spec)
    {
        if (spec.Problem is { } problem)
        {
            return problem;
        }

        if (spec.Secret is SecretPart.Key or SecretPart.RestoreKey)
        {
            return CachingDiagnostics.BadKey(spec.Name, spec.Secret is SecretPart.RestoreKey, CacheKeyProblem.Secret, spec.At);
        }

        if (CacheKey.Check(spec.Key, spec.Rolling) is { } bad)
        {
            return CachingDiagnostics.BadKey(spec.Name, false, bad, spec.At);
        }

        foreach (var restoreKey in spec.RestoreKeys)
        {
            if (CacheKey.Check(restoreKey) is { } worse)
            {
                return CachingDiagnostics.BadKey(spec.Name, true, worse, spec.At);
            }
        }

        return null;
    }

    private CacheQuery QueryOf(CacheSpec spec, IReadOnlyList<CachePlace> places)
    {
        var (identity, manifest) = new CacheIdentity
        {
            Name = spec.Name,
            Paths = [.. places.Select(static place => place.Path)],
            UserId = (uint)user.UserId,
            GroupId = (uint)user.GroupId,
            OperatingSystem = "linux",
            Architecture = ImageDigest.Platform[(ImageDigest.Platform.IndexOf('/', StringComparison.Ordinal) + 1)..],
            Image = spec.IsForAnyImage ? null : image,
        }.Compute();
        return QueryOf(spec, identity, manifest);
    }

    private CacheQuery QueryOf(CacheSpec spec, Digest identity, JsonObject manifest) => new()
    {
        Reader = attempt.Identity,
        Kind = EntryKind.Dependency,
        Name = spec.Name,
        Type = spec.Type,
        Identity = identity,
        Key = spec.Rolling ? CacheKey.Rolling(spec.Key, attempt.Producer.RunId, attempt.Producer.Job, attempt.Producer.Attempt) : spec.Key,
        RestoreKeys = spec.Rolling ? [CacheKey.RollingPrefix(spec.Key), .. spec.RestoreKeys] : spec.RestoreKeys,
        MaxAge = spec.MaxAge,
        Manifest = KeyManifest.Of(manifest, spec.Key, spec.Inputs, spec.InputEnv),
        RunId = attempt.Producer.RunId,
        Job = attempt.Producer.Job,
    };

    /// <returns>Whether to look again: what was found is lost.</returns>
    private async Task<bool> TryAsync(JobCache cache, CancellationToken cancellationToken)
    {
        cache.Lookup = await attempt.Services.Caches.FindAsync(cache.Query!, cancellationToken).AsTask().WaitAsync(WaitMax, time, cancellationToken).ConfigureAwait(false);
        if (cache.Lookup.Entry is not { } entry || cache.Purpose is not UsePurpose.Restore)
        {
            return false;
        }

        foreach (var path in entry.Content.Paths)
        {
            var layers = new List<LayerLease>();
            foreach (var digest in path.Tree?.Layers ?? [])
            {
                var opening = await attempt.Services.Layers.Place.OpenAsync(digest, cancellationToken).ConfigureAwait(false);
                cache.TransferredBytes += opening.FetchedBytes;
                if (opening.Lease is null)
                {
                    layers.ForEach(static lease => lease.Dispose());
                    return await MissAsync(cache, LostLayer.Of(attempt.Services, attempt.Scope.Organization, digest, opening), cancellationToken).ConfigureAwait(false);
                }

                layers.Add(opening.Lease);
            }

            if (layers.Count > 0)
            {
                cache.Restored[path.Path] = layers;
                if (path.IsFile)
                {
                    cache.RestoredFiles.Add(path.Path);
                }

                cache.RestoredBytes += path.Tree!.SizeBytes;
            }
        }

        if (!entry.Shareable)
        {
            attempt.Hide();
        }

        return false;
    }

    /// <returns>Whether to look again: the entry is of no use any more.</returns>
    private async Task<bool> MissAsync(JobCache cache, LostLayer lost, CancellationToken cancellationToken)
    {
        cache.Elsewhere = lost.IsElsewhere ? cache.Lookup?.Entry?.Id : null;
        await LoseAsync(cache, lost.State, lost.Reason, cancellationToken).ConfigureAwait(false);
        return lost.State is not null;
    }

    /// <param name="state">What becomes of the entry; null: nothing.</param>
    private async Task LoseAsync(JobCache cache, EntryState? state, string reason, CancellationToken cancellationToken)
    {
        cache.Forget();
        if (cache.Lookup?.Entry is { } entry && state is { } leaves)
        {
            try
            {
                await attempt.Services.Caches.RetireAsync(entry.Id, leaves, reason, cancellationToken).ConfigureAwait(false);
            }
            catch (EnvironmentException)
            {
                // Who finds it next will retire it.
            }
        }

        cache.Lookup = CacheLookup.Failed($"an entry was found, but {reason}");
    }

    /// <param name="Path">As in the identity.</param>
    private sealed record Opened(string Name, string Path, RestorePlace Place, IReadOnlyList<LayerLease> Layers, RestoredTree Tree);
}
