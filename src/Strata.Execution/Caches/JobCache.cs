using Strata.Caching.Entries;
using Strata.Core.Diagnostics;
using Strata.Execution.Reporting;
using Strata.Layers.Store;

namespace Strata.Execution.Caches;

/// <summary>One cache of a job: what was looked for, what came of it, and what was saved.</summary>
/// <param name="saves">It is only looked for because it is to be saved.</param>
internal sealed class JobCache(CacheSpec spec, bool saves = false)
{
    public UsePurpose Purpose { get; } = saves ? UsePurpose.Save : spec.LookupOnly ? UsePurpose.Look : UsePurpose.Restore;

    public CacheSpec Spec => spec;

    /// <summary>What its preset sets for whoever uses it, with the job's home directory.</summary>
    public IReadOnlyDictionary<string, string> Env { get; init; } = new Dictionary<string, string>();

    /// <summary>Null: it is on.</summary>
    public CachesOff? Off { get; init; }

    /// <summary>Null: nothing was looked for.</summary>
    public CacheQuery? Query { get; set; }

    public CacheLookup? Lookup { get; set; }

    /// <inheritdoc cref="CacheDraft.Elsewhere"/>
    public long? Elsewhere { get; set; }

    /// <summary>In the order of the identity.</summary>
    public IReadOnlyList<CachePlace> Places { get; set; } = [];

    /// <summary>Absolute paths that are left out of what is saved.</summary>
    public IReadOnlyList<string> Except { get; set; } = [];

    /// <summary>Layers of what was found, by path; bottom first.</summary>
    public Dictionary<string, IReadOnlyList<LayerLease>> Restored { get; } = new(StringComparer.Ordinal);

    /// <summary>Of <see cref="Restored"/> those that are no directories.</summary>
    public HashSet<string> RestoredFiles { get; } = new(StringComparer.Ordinal);

    /// <summary>Where what was found of a path goes. Null: nowhere, for it was another kind of thing when it was saved.</summary>
    public CachePlace? PlaceOf(CachePlace place) => RestoredFiles.Contains(place.Path) ? place.AsFile() : place.IsFile ? null : place;

    /// <summary>It was written into the running job, and is not below it.</summary>
    public bool IsInUpper { get; set; }

    /// <summary>The one whose restored content lies at its paths: itself, or what another step of the job asked for.</summary>
    public JobCache Basis
    {
        get => field ?? this;
        set;
    }

    /// <summary>Why the cache is not used at all: it is not saved either.</summary>
    public string? Unusable { get; private set; }

    /// <summary>The same for who wrote the workflow, where it has a code of its own.</summary>
    public Diagnostic? Problem { get; private set; }

    public void Refuse(string reason) => (Unusable, Lookup) = (reason, CacheLookup.Failed(reason));

    public void Refuse(Diagnostic problem)
    {
        Problem = problem;
        Refuse($"{problem.Code}: {problem.Message}");
    }

    public TimeSpan RestoreTime { get; set; }

    public long RestoredBytes { get; set; }

    /// <summary>What came from elsewhere for it.</summary>
    public long TransferredBytes { get; set; }

    public SaveOutcome Save { get; set; }

    public string? SaveReason { get; set; }

    public TimeSpan SaveTime { get; set; }

    public long SavedBytes { get; set; }

    /// <summary>What was found is not used.</summary>
    public void Forget()
    {
        foreach (var lease in Restored.Values.SelectMany(static layers => layers))
        {
            lease.Dispose();
        }

        Restored.Clear();
        RestoredFiles.Clear();
        RestoredBytes = 0;
    }

    public bool IsExactHit => Lookup?.Outcome is LookupOutcome.Hit;

    public CacheReport ToReport()
    {
        var entry = Lookup?.Entry;
        return new(
            spec.ShownAs, "dependency", spec.Key, OutcomeName(), Lookup?.MatchedKey, entry?.Scope.ToString(),
            entry is null ? null : new(entry.Producer.RunId, entry.Producer.Job, entry.Producer.Attempt), Unusable ?? Lookup?.Reason ?? Off?.Reason,
            (long)RestoreTime.TotalMilliseconds, RestoredBytes, TransferredBytes, SaveName(Save), SaveReason, (long)SaveTime.TotalMilliseconds, SavedBytes);
    }

    /// <summary>As reports and expressions say it.</summary>
    public string OutcomeName() => Unusable is not null ? "error" : Lookup switch
    {
        null => "off",
        { Outcome: LookupOutcome.Hit } => "hit",
        { Outcome: LookupOutcome.Partial } => "partial",
        { Class: Strata.Caching.Explain.OutcomeClass.Error } => "error",
        _ => "miss",
    };

    private static string SaveName(SaveOutcome save) => save switch
    {
        SaveOutcome.Saved => "saved",
        SaveOutcome.Unchanged => "unchanged",
        SaveOutcome.LostRace => "lost-race",
        SaveOutcome.Blocked => "blocked",
        SaveOutcome.Error => "error",
        _ => "skipped",
    };
}
