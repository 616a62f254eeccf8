using Strata.Caching.Life;

namespace Strata.Caching.Entries;

/// <summary>The entries as those see them who look after them.</summary>
public interface ICacheCatalog
{
    /// <summary>Newest first.</summary>
    ValueTask<IReadOnlyList<CacheEntry>> ListAsync(CacheFilter filter, CancellationToken cancellationToken);

    /// <summary>Of any state; null: there is none.</summary>
    ValueTask<CacheEntry?> FindAsync(long id, CancellationToken cancellationToken);

    /// <summary>Takes out of use what is too old or over a limit, and forgets what has been out of use for long. Cheap when there is nothing to do.</summary>
    ValueTask<SweepReport> SweepAsync(SweepPolicy policy, CancellationToken cancellationToken);
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
