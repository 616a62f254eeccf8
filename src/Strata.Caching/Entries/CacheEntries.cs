using Strata.Core;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Metadata.Leases;

namespace Strata.Caching.Entries;

/// <inheritdoc cref="ICacheEntries"/>
/// <param name="ttl">Since its last use, of an entry that does not say.</param>
public sealed class CacheEntries(Database database, TimeProvider time, IStoredLayers stored, TimeSpan ttl) : ICacheEntries
{
    public ValueTask<CacheLookup> FindAsync(CacheQuery query, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public ValueTask<CacheBegin> BeginAsync(CacheDraft draft, LeaseToken lease, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public ValueTask<CacheCommitOutcome> CommitAsync(CacheCommit commit, LeaseToken lease, CancellationToken cancellationToken) => throw new InvalidOperationException($"{database}{time}{stored}{ttl}");

    public ValueTask<IReadOnlySet<Digest>> ReadableLayersAsync(RunIdentity reader, IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken) =>
        throw new InvalidOperationException();

    public ValueTask<bool> RetireAsync(long id, EntryState state, string reason, CancellationToken cancellationToken) => throw new InvalidOperationException();

    public ValueTask RecordAsync(JobCaches job, CancellationToken cancellationToken) => throw new InvalidOperationException();
}
