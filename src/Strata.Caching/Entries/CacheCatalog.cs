using Strata.Caching.Life;
using Strata.Caching.Stats;
using Strata.Core;
using Strata.Metadata;
using Strata.Tenancy.Audit;

namespace Strata.Caching.Entries;

/// <inheritdoc cref="ICacheCatalog"/>
public sealed class CacheCatalog(Database database, TimeProvider time) : ICacheCatalog
{
    public ValueTask<IReadOnlyList<CacheEntry>> ListAsync(CacheFilter filter, CancellationToken cancellationToken) => ReadAsync<IReadOnlyList<CacheEntry>>(sql => EntrySql.List(sql, filter), cancellationToken);

    public ValueTask<CacheEntry?> FindAsync(long id, CancellationToken cancellationToken) => ReadAsync(sql => EntrySql.Find(sql, id), cancellationToken);

    public ValueTask<string?> FindHiddenReasonAsync(CacheEntry entry, CancellationToken cancellationToken) => ReadAsync(sql => HiddenReason.Of(sql, entry), cancellationToken);

    public ValueTask<IReadOnlyList<RecordedLookup>> ListLookupsAsync(CachePart part, string runId, string? job, string? name, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<RecordedLookup>>(sql => UseSql.List(sql, part, runId, job, name), cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListRunsAsync(CachePart part, int countMax, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<string>>(sql => UseSql.ListRuns(sql, part, countMax), cancellationToken);

    public ValueTask<CacheStatistics> CountAsync(CancellationToken cancellationToken) => ReadAsync(
        sql =>
        {
            var (entries, sizeBytes) = UseSql.Usage(sql, null, null);
            return new CacheStatistics([.. UseSql.ListCounts(sql).Where(static count => count.Type != ProofSql.CounterType)], entries, sizeBytes) { Proofs = ProofSql.List(sql) };
        },
        cancellationToken);

    public ValueTask<IReadOnlyList<RecentLookups>> ListRecentAsync(CachePart part, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<RecentLookups>>(sql => UseSql.ListRecent(sql, part), cancellationToken);

    public ValueTask<(long Entries, long SizeBytes)> MeasureAsync(string? organization, string? repository, CancellationToken cancellationToken) =>
        ReadAsync(sql => UseSql.Usage(sql, organization, repository), cancellationToken);

    public async ValueTask<bool> RemoveAsync(long id, string reason, CancellationToken cancellationToken) => await database.WriteAsync(
        sql =>
        {
            var retired = EntryRetirement.Retire(sql, id, EntryState.Evicted, reason, "user", time.GetUtcNow());
            AuditLog.Append(sql, retired is null ? [] : [retired.Event]);
            return retired is not null;
        },
        cancellationToken).ConfigureAwait(false);

    public ValueTask<IReadOnlyList<(string Organization, Digest Layer, long SizeBytes)>> ListUnneededLayersAsync(CachePart part, CancellationToken cancellationToken) =>
        ReadAsync<IReadOnlyList<(string Organization, Digest Layer, long SizeBytes)>>(sql => LayerSql.ListUnneeded(sql, part), cancellationToken);

    public ValueTask<SweepReport> SweepAsync(SweepPolicy policy, CachePart part, CancellationToken cancellationToken) =>
        new EntrySweep(database, whole: null, time, policy, part, cancellationToken).RunAsync();

    /// <summary>As <see cref="SweepAsync"/>, in one transaction of the caller's, who may undo it.</summary>
    public SweepReport Sweep(SqlSession sql, SweepPolicy policy, CachePart part) =>
        new EntrySweep(database, sql, time, policy, part, CancellationToken.None).RunAsync().AsTask().GetAwaiter().GetResult(); // of one session: on this thread

    private ValueTask<T> ReadAsync<T>(Func<SqlSession, T> read, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(database.Read(read));
    }
}
