using Strata.Caching.Life;
using Strata.Core;
using Strata.Metadata;
using Strata.Tenancy;
using Strata.Tenancy.Audit;
using Strata.Tenancy.Revoking;

namespace Strata.Caching.Entries;

/// <summary>One sweep: looks without writing, then takes away in small transactions, so that nobody waits long.</summary>
/// <param name="whole">All of it happens in this transaction; null: in its own.</param>
internal sealed class EntrySweep(Database database, SqlSession? whole, TimeProvider time, SweepPolicy policy, CachePart part, CancellationToken cancellationToken)
{
    private const int BatchMax = 500;

    /// <summary>For this long what is no longer live is kept, to explain look-ups with.</summary>
    private static readonly TimeSpan RetiredLifetime = TimeSpan.FromDays(30);

    private int _expired, _evicted, _forgotten;
    private long _freedBytes;

    public async ValueTask<SweepReport> RunAsync()
    {
        await ExpireAsync().ConfigureAwait(false);
        await EvictAsync().ConfigureAwait(false);
        await ForgetAsync().ConfigureAwait(false);
        return new(_expired, _evicted, _forgotten, _freedBytes);
    }

    private async ValueTask ExpireAsync()
    {
        while (Read(ListExpired) is { Count: > 0 } expired)
        {
            _expired += await RetireAsync(expired, EntryState.Expired, WhyExpired, static () => false).ConfigureAwait(false);
        }
    }

    private List<long> ListExpired(SqlSession sql) => SweepSql.ListExpired(sql, part, time.GetUtcNow(), time.GetUtcNow() - policy.Ttl, BatchMax);

    /// <summary>One that was used since it was listed goes all the same, as one whose time was over then.</summary>
    private string WhyExpired(SqlSession sql, long id) => EntryPlaceSql.Find(sql, id)?.WhyExpired(time.GetUtcNow(), policy.Ttl, maxAge: null) ?? "its time was over";

    private async ValueTask EvictAsync()
    {
        var usage = Read(ListUsage);
        foreach (var repository in usage)
        {
            await EvictAsync([repository], policy.RepositoryBytesMax, $"the quota of {repository.Organization}/{repository.Repository}").ConfigureAwait(false);
        }

        foreach (var organization in usage.Select(static repository => repository.Organization).ToHashSet(StringComparer.Ordinal))
        {
            await EvictAsync(usage.FindAll(repository => repository.Organization == organization), policy.OrganizationBytesMax, $"the quota of {organization}").ConfigureAwait(false);
        }

        await EvictAsync(usage, policy.SizeBytesMax, "max_size").ConfigureAwait(false);
    }

    private async ValueTask EvictAsync(List<RepoUsage> repositories, long? limitBytes, string limit)
    {
        if (limitBytes is not { } max)
        {
            return;
        }

        var ids = repositories.ConvertAll(static repository => repository.Id).ToHashSet();
        if (Read(UsedBytes) <= max)
        {
            return;
        }

        var order = Read(sql =>
        {
            var candidates = new List<EvictionCandidate>();
            foreach (var id in ids)
            {
                SweepSql.AddCandidates(sql, id, candidates);
            }

            return EvictionOrder.Of(candidates);
        });
        var left = Read(UsedBytes) - EvictionOrder.TargetOf(max);
        foreach (var batch in order.Chunk(BatchMax))
        {
            var before = _freedBytes;
            _evicted += await RetireAsync(batch, EntryState.Evicted, (_, _) => $"{limit}, {new ByteSize(max)}, was passed", () => _freedBytes - before >= left).ConfigureAwait(false);
            left -= _freedBytes - before;
            if (left <= 0)
            {
                return;
            }
        }

        long UsedBytes(SqlSession sql) => ListUsage(sql).Where(repository => ids.Contains(repository.Id)).Sum(static repository => repository.SizeBytes);
    }

    private async ValueTask<int> RetireAsync(IReadOnlyList<long> ids, EntryState state, Func<SqlSession, long, string> reason, Func<bool> isEnough) => await WriteAsync(
        sql =>
        {
            var (count, events, now) = (0, new List<AuditEvent>(), time.GetUtcNow());
            for (var i = 0; i < ids.Count && !isEnough(); i++)
            {
                if (EntryRetirement.Retire(sql, ids[i], state, reason(sql, ids[i]), "sweep", now) is { } retired)
                {
                    count++;
                    _freedBytes += retired.FreedBytes;
                    events.Add(retired.Event);
                }
            }

            AuditLog.Append(sql, events);
            return count;
        }).ConfigureAwait(false);

    private async ValueTask ForgetAsync()
    {
        var before = time.GetUtcNow() - RetiredLifetime;
        var gone = Read(sql => (Ids: SweepSql.ListGone(sql, part, before, 10 * BatchMax), Lookups: SweepSql.HasOldLookups(sql, part, before)));
        if (gone.Lookups)
        {
            await WriteAsync(sql => Done(() => SweepSql.RemoveLookups(sql, part, before))).ConfigureAwait(false);
        }

        foreach (var batch in gone.Ids.Chunk(BatchMax))
        {
            await WriteAsync(sql => Done(() => Forget(sql, batch))).ConfigureAwait(false);
        }
    }

    /// <summary>What others stand on stays, or a revocation would not get past it.</summary>
    private void Forget(SqlSession sql, long[] ids)
    {
        foreach (var id in ids)
        {
            var product = new Product(ProductKind.CacheEntry, id);
            if (!Derivations.HasProducts(sql, product))
            {
                Derivations.Remove(sql, product);
                SweepSql.Remove(sql, id);
                _forgotten++;
            }
        }
    }

    private List<RepoUsage> ListUsage(SqlSession sql) => SweepSql.ListUsage(sql, part);

    private T Read<T>(Func<SqlSession, T> work) => whole is null ? database.Read(work) : work(whole);

    private Task<T> WriteAsync<T>(Func<SqlSession, T> work) => whole is null ? database.WriteAsync(work, cancellationToken) : Task.FromResult(work(whole));

    private static bool Done(Action work)
    {
        work();
        return true;
    }
}
