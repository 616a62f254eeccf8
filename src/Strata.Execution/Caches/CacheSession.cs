using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Execution.Contexts;
using Strata.Execution.Entries;
using Strata.Execution.Events;
using Strata.Execution.Masking;
using Strata.Execution.Reporting;
using Strata.Execution.Trees;
using Strata.Images;
using Strata.Sandbox;
using Strata.Tenancy;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Caches;

/// <summary>The dependency caches of one attempt at a job: declared ones from before its first step, those of actions/cache from their step on. Used by one step at a time.</summary>
/// <param name="explains">Say of what was not found as wanted what is another than in the nearest entry.</param>
/// <param name="whyOff">Of a preset, or <c>custom</c>: why such caches are neither looked for nor saved; null: they are.</param>
internal sealed class CacheSession(
    RunEntries run, JobAttempt attempt, JobTrees trees, ImageUser user, Digest image, IReadOnlyDictionary<string, string> secrets, SecretMasker masker, Func<string, CachesOff?> whyOff, bool explains,
    Func<LogKind, string, ValueTask> say, TimeProvider time) : IDisposable
{
    private readonly List<JobCache> _all = [];
    private readonly CacheRestoring _restoring = new(attempt, trees, user, image, time);
    private readonly List<Product> _derivedFrom = [];
    private readonly CancellationTokenSource _untilSaved = new();
    private Task _warming = Task.CompletedTask;
    private bool _isRecorded;

    public IReadOnlyList<CacheReport> Reports => [.. _all.Select(static cache => cache.ToReport())];

    /// <summary>What presets set for the job's steps, under what the workflow sets.</summary>
    public Dictionary<string, string> Env { get; } = new(StringComparer.Ordinal);

    /// <summary>What is restored or saved on its own.</summary>
    public IReadOnlyList<JobPlace> Places => [.. _all.SelectMany(static cache => cache.Places).Where(static place => place.IsWhole).Select(static place => place.In)];

    /// <summary>For expressions: each cache's outcome and matched key, by name.</summary>
    public ObjectValue Context => new(_all.Select(static cache => KeyValuePair.Create<string, Value>(cache.Spec.ShownAs, ContextValues.Of(
        ("outcome", Value.From(cache.OutcomeName())),
        ("matched-key", Value.From(cache.Lookup?.MatchedKey ?? "")),
        ("key", Value.From(cache.Spec.Key))))));

    /// <summary>Where the declared caches of these names are, whether they are on or off.</summary>
    public IReadOnlyList<NamedCache> PlacesOf(IEnumerable<string> names) =>
    [
        .. names.Select(name => _all.Find(cache => cache.Spec.Name == name) is { } found
            ? new NamedCache(name, PlacesOf(found), found.Env)
            : new NamedCache(name, [], new Dictionary<string, string>())),
    ];

    /// <summary>Of all its caches.</summary>
    public IReadOnlySet<string> Names => _all.Select(static cache => cache.Spec.Name).ToHashSet(StringComparer.Ordinal);

    /// <summary>What the attempt stands on so far.</summary>
    public IReadOnlyList<Product> Sources => [.. _derivedFrom];

    /// <summary>What the attempt stands on, for what it publishes.</summary>
    public void AddSource(Product source) => _derivedFrom.Add(source);

    /// <summary>Declared caches: looked for, then laid into the job, which has not started.</summary>
    /// <returns>Why the job cannot start: only where its author wants that (fail-on-miss).</returns>
    public async Task<string?> RestoreAsync(IReadOnlyList<CacheSpec> specs, CancellationToken cancellationToken)
    {
        foreach (var spec in specs)
        {
            var cache = New(spec);
            _all.Add(cache);
            foreach (var (name, value) in cache.Env)
            {
                Env.TryAdd(name, value);
            }
        }

        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var cache in _all.Where(static cache => cache.Off is null))
        {
            await run.SettledAsync(cache.Spec.Name, cancellationToken).ConfigureAwait(false);
            await _restoring.FindAsync(cache, cancellationToken).ConfigureAwait(false);
            RefuseTaken(cache, owners);
        }

        await _restoring.PlaceAsync(_all, cancellationToken).ConfigureAwait(false);
        foreach (var cache in _all)
        {
            await TellAsync(cache).ConfigureAwait(false);
        }

        if (_all.Exists(CacheSaving.MaySave))
        {
            _warming = attempt.Services.Uploads.WarmUpAsync(_untilSaved.Token); // while the steps run
        }

        return _all.Find(static cache => cache is { Spec.FailOnMiss: true, Lookup: not null, Lookup.Entry: null } or { Spec.FailOnMiss: true, Unusable: not null }) is { } missed
            ? $"the cache '{missed.Spec.Name}' has nothing for key '{missed.Spec.Key}' (fail-on-miss): {missed.Unusable ?? missed.Lookup?.Reason}"
            : null;
    }

    /// <summary>A path belongs to one cache: what two restore there, and what is of which, nobody could tell. Links and expressions are followed only here.</summary>
    /// <param name="owners">Names of caches, by the paths that are theirs.</param>
    private static void RefuseTaken(JobCache cache, Dictionary<string, string> owners)
    {
        if (cache.Unusable is null && cache.Places.FirstOrDefault(place => owners.ContainsKey(place.Path)) is { } taken)
        {
            cache.Forget();
            cache.Places = [];
            cache.Refuse($"its path {taken.Path} is that of the cache '{owners[taken.Path]}' already");
        }

        foreach (var place in cache.Places)
        {
            owners.TryAdd(place.Path, cache.Spec.Name);
        }
    }

    /// <summary>One that a step asks for: what was found is held, and not placed.</summary>
    /// <param name="saves">The step only saves it: nothing is to be restored.</param>
    public async Task<JobCache> FindAsync(CacheSpec spec, bool saves, CancellationToken cancellationToken)
    {
        var cache = New(spec with { ShownAs = Distinct(spec.ShownAs) }, saves);
        if (cache.Off is null)
        {
            await run.SettledAsync(spec.Name, cancellationToken).ConfigureAwait(false);
            await _restoring.FindAsync(cache, cancellationToken).ConfigureAwait(false);
        }

        _all.Add(cache);
        await TellAsync(cache).ConfigureAwait(false);
        return cache;
    }

    /// <summary>The name, with <c>#2</c> and on where others of the job have it.</summary>
    private string Distinct(string name)
    {
        var distinct = name;
        for (var i = 2; _all.Exists(cache => cache.Spec.ShownAs.Equals(distinct, StringComparison.OrdinalIgnoreCase)); i++)
        {
            distinct = $"{name}#{i}";
        }

        return distinct;
    }

    /// <summary>What was found cannot be put into the running job.</summary>
    public async Task LoseAsync(JobCache cache, string reason)
    {
        cache.Forget();
        cache.Lookup = CacheLookup.Failed($"an entry was found, but cannot be restored: {reason}");
        await say(LogKind.Warning, $"cache '{cache.Spec.ShownAs}': {cache.Lookup.Reason}").ConfigureAwait(false);
    }

    /// <summary>Nothing is saved any more.</summary>
    /// <param name="reason">Of those that would have been.</param>
    public void Leave(string reason) => _all.ForEach(cache => CacheSaving.Leave(cache, reason));

    /// <summary>All that is to be saved, when nobody writes in the sandbox any more; then what became of them is recorded.</summary>
    /// <param name="work">What the job's steps took together.</param>
    public async Task SaveAsync(IReadOnlyList<JobPlace> others, bool succeeded, TimeSpan work, ISandbox? sandbox, CancellationToken cancellationToken)
    {
        var places = Places.Concat(others).ToList();
        await EndWarmUpAsync().ConfigureAwait(false);
        try
        {
            foreach (var cache in _all)
            {
                if (sandbox is not null && cache is { Save: SaveOutcome.Skipped, SaveReason: null })
                {
                    await SaveAsync(cache, places, succeeded, sandbox, cancellationToken).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Leave(CacheSaving.Cancelled);
            throw;
        }
        finally
        {
            await RecordAsync(succeeded ? work : null).ConfigureAwait(false); // also what a cancelled run found and saved before
        }
    }

    /// <summary>What became of the caches so far; once.</summary>
    /// <param name="work">What the job's steps took together; null: they did not all succeed.</param>
    /// <exception cref="EnvironmentException">The database cannot be written.</exception>
    public async Task RecordAsync(TimeSpan? work)
    {
        if (_isRecorded)
        {
            return;
        }

        _isRecorded = true;
        var uses = _all.Where(static cache => cache is { Query: not null, Lookup: not null }).Select(static cache => new Strata.Caching.Entries.CacheUse
        {
            Query = cache.Query!,
            Lookup = cache.Lookup!,
            Purpose = cache.Purpose,
            SharesWithForks = cache.Spec.ShareWithForks,
            RestoreTime = cache.RestoreTime,
            RestoredBytes = cache.RestoredBytes,
            TransferredBytes = cache.TransferredBytes,
            Save = cache.Save,
            SaveReason = cache.SaveReason,
            SaveTime = cache.SaveTime,
            SavedBytes = cache.SavedBytes,
        }).ToList();
        if (uses.Count > 0)
        {
            await attempt.Services.Caches.RecordAsync(
                new() { Identity = attempt.Identity, Producer = attempt.Producer, JobId = attempt.JobId, Uses = uses, Work = work }, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private IReadOnlyList<CachePlace> PlacesOf(JobCache cache) =>
        cache.Places.Count > 0 ? cache.Places
        : cache.Spec.Secret is SecretPart.Path ? []
        : CachePlaces.Of(cache.Spec.Paths, trees, user).Places ?? [];

    private JobCache New(CacheSpec spec, bool saves = false) => new(spec.Masked(masker), saves)
    {
        Off = whyOff(spec.Type),
        Env = spec.Env.ToDictionary(
            static set => set.Key, set => set.Value.StartsWith("~/", StringComparison.Ordinal) ? $"{user.Home}/{set.Value[2..]}" : set.Value, StringComparer.Ordinal),
    };

    /// <summary>One that a step asks to be saved as it is.</summary>
    public Task SaveNowAsync(JobCache cache, ISandbox sandbox, CancellationToken cancellationToken) => SaveAsync(cache, [], true, sandbox, cancellationToken);

    private async Task SaveAsync(JobCache cache, IReadOnlyList<JobPlace> others, bool succeeded, ISandbox sandbox, CancellationToken cancellationToken)
    {
        if (cache is { Restored.Count: 0, Query: { } query } && _all.FindLast(other => other is { IsInUpper: true, Restored.Count: > 0 } && other.Query!.Identity == query.Identity) is { } restored)
        {
            cache.Basis = restored;
        }

        var saving = new CacheSaving(attempt, trees, secrets, masker, () => _derivedFrom, attempt.Services.Saved, time);
        await saving.SaveAsync(cache, others, succeeded, sandbox, cancellationToken).ConfigureAwait(false);
        var text = cache.Save switch
        {
            SaveOutcome.Saved => $"cache '{cache.Spec.ShownAs}': saved {new ByteSize(cache.SavedBytes)} as '{cache.Query!.Key}'",
            SaveOutcome.Unchanged => $"cache '{cache.Spec.ShownAs}': unchanged, now also '{cache.Query!.Key}'",
            SaveOutcome.Skipped => null,
            _ => $"cache '{cache.Spec.ShownAs}' is not saved: {cache.SaveReason}",
        };
        if (text is not null)
        {
            await say(cache.Save is SaveOutcome.Blocked or SaveOutcome.Error ? LogKind.Warning : LogKind.Progress, text).ConfigureAwait(false);
        }
    }

    private async Task EndWarmUpAsync()
    {
        await _untilSaved.CancelAsync().ConfigureAwait(false);
        await _warming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose()
    {
        _untilSaved.Cancel();
        _untilSaved.Dispose();
        foreach (var lease in _all.SelectMany(static cache => cache.Restored.Values).SelectMany(static layers => layers))
        {
            lease.Dispose();
        }
    }

    private async Task TellAsync(JobCache cache)
    {
        if (cache is { Purpose: UsePurpose.Restore, Lookup.Entry: { } entry })
        {
            _derivedFrom.Add(new(ProductKind.CacheEntry, entry.Id));
        }

        var (kind, text) = cache switch
        {
            { Problem: { } wrong } => (LogKind.Warning, wrong.ToString()),
            { Unusable: { } problem } => (LogKind.Warning, $"cache '{cache.Spec.ShownAs}' is not used: {problem}"),
            { Off: { } off } => (LogKind.Progress, $"cache '{cache.Spec.ShownAs}': off: {off.Reason}"),
            { Lookup: null } => (LogKind.Progress, $"cache '{cache.Spec.ShownAs}': off"),
            { Purpose: not UsePurpose.Restore, Lookup.Entry: { } there } => (LogKind.Progress, $"cache '{cache.Spec.ShownAs}': {cache.OutcomeName()}, key '{cache.Lookup.MatchedKey}' of {there.Scope}; not restored"),
            { Lookup.Entry: { } found } => (LogKind.Progress, $"cache '{cache.Spec.ShownAs}': {cache.OutcomeName()}, key '{cache.Lookup.MatchedKey}' of {found.Scope}, {new ByteSize(cache.RestoredBytes)}"),
            _ => (LogKind.Progress, $"cache '{cache.Spec.ShownAs}': miss{(explains ? $" ({cache.Lookup.Class.NameOf()})" : "")}: {cache.Lookup.Reason}"),
        };
        await say(kind, text).ConfigureAwait(false);
        foreach (var change in explains ? cache.Lookup?.Changes ?? [] : [])
        {
            await say(LogKind.Progress, $"    {change}").ConfigureAwait(false);
        }
    }
}
