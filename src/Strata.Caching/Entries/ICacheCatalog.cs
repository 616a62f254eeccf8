using Strata.Caching.Explain;
using Strata.Caching.Life;
using Strata.Caching.Stats;
using Strata.Core;
using Strata.Core.Explain;
using Strata.Tenancy;

namespace Strata.Caching.Entries;

/// <summary>The entries as those see them who look after them.</summary>
public interface ICacheCatalog
{
    /// <summary>Newest first.</summary>
    ValueTask<IReadOnlyList<CacheEntry>> ListAsync(CacheFilter filter, CancellationToken cancellationToken);

    /// <summary>Of any state; null: there is none.</summary>
    ValueTask<CacheEntry?> FindAsync(long id, CancellationToken cancellationToken);

    /// <summary>Why forks may not read an entry, one line for people; null: they may.</summary>
    ValueTask<string?> FindHiddenReasonAsync(CacheEntry entry, CancellationToken cancellationToken);

    /// <summary>What jobs of a run looked for, in their order: to explain it.</summary>
    /// <param name="job">By the id of its workflow (of a matrix all) or by its own name. Null: all.</param>
    /// <param name="name">Of a cache; null: all.</param>
    ValueTask<IReadOnlyList<RecordedLookup>> ListLookupsAsync(CachePart part, string runId, string? job, string? name, CancellationToken cancellationToken);

    /// <summary>Runs that looked for caches, the last to end first.</summary>
    ValueTask<IReadOnlyList<string>> ListRunsAsync(CachePart part, int countMax, CancellationToken cancellationToken);

    /// <summary>The counters of all caches.</summary>
    ValueTask<CacheStatistics> CountAsync(CancellationToken cancellationToken);

    /// <summary>What look-ups of late came to, cache by cache. Reads all that are kept.</summary>
    ValueTask<IReadOnlyList<RecentLookups>> ListRecentAsync(CachePart part, CancellationToken cancellationToken);

    /// <summary>Live entries, and the bytes of their layers.</summary>
    /// <param name="organization">Null: of all.</param>
    /// <param name="repository">Null: of all.</param>
    ValueTask<(long Entries, long SizeBytes)> MeasureAsync(string? organization, string? repository, CancellationToken cancellationToken);

    /// <summary>By a user.</summary>
    /// <returns>False: it was not live.</returns>
    ValueTask<bool> RemoveAsync(long id, string reason, CancellationToken cancellationToken);

    /// <summary>Layers that only entries out of use have, by organization, and their bytes. Something else may need them, and they may be gone already.</summary>
    ValueTask<IReadOnlyList<(string Organization, Digest Layer, long SizeBytes)>> ListUnneededLayersAsync(CachePart part, CancellationToken cancellationToken);

    /// <summary>Takes out of use what is too old or over a limit, and forgets what has been out of use for long. Cheap when there is nothing to do.</summary>
    /// <param name="part">Only its entries go, and only they count for a limit.</param>
    ValueTask<SweepReport> SweepAsync(SweepPolicy policy, CachePart part, CancellationToken cancellationToken);
}

/// <summary>Null members ask for nothing.</summary>
public sealed record CacheFilter
{
    public string? Organization { get; init; }

    public string? Repository { get; init; }

    public EntryKind? Kind { get; init; }

    public string? Name { get; init; }

    public string? RunId { get; init; }

    /// <summary>Literal.</summary>
    public string? KeyPrefix { get; init; }

    /// <summary>Those no longer live too.</summary>
    public bool WithRetired { get; init; }

    public int CountMax { get; init; } = 1_000;
}

/// <param name="Forgotten">Rows removed of entries that were out of use for long.</param>
/// <param name="FreedBytes">Of layers that no live entry of the repository needs now; the layer store collects them.</param>
public sealed record SweepReport(int Expired, int Evicted, int Forgotten, long FreedBytes);

/// <summary>A look-up as it was told when its job was done with its caches; kept for 30 days.</summary>
/// <param name="EntryId">What was restored.</param>
/// <param name="NearestId">What was compared with; of who only looked, what was found.</param>
public sealed record RecordedLookup(
    DateTimeOffset At, Producer Asker, Scope Reader, EntryKind Kind, string Name, string Type, Digest Identity, string Key, OutcomeClass Class, string Reason, string? MatchedKey, long? EntryId,
    long? NearestId, IReadOnlyList<InputChange> Changes, string Save, string? SaveReason)
{
    /// <inheritdoc cref="JobCaches.JobId"/>
    public string? JobId { get; init; }
}
