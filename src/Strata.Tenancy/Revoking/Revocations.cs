using Strata.Metadata;
using Strata.Tenancy.Audit;

namespace Strata.Tenancy.Revoking;

/// <summary>What revoking came to.</summary>
/// <param name="Products">Of all kinds, with what derives from them.</param>
/// <param name="Runs">That published any of it, the revoked one first if it did.</param>
/// <param name="Readers">Of the other runs, those known to have used any of it: they published nothing that is known, but did something with it.</param>
/// <param name="WasRevoked">It had been revoked before; these are what was taken back then.</param>
public sealed record RevocationReport(IReadOnlyList<RevokedProduct> Products, IReadOnlyList<string> Runs, IReadOnlyList<string> Readers, bool WasRevoked);

/// <summary>
/// Takes back what a run has published and all that derives from it, of all kinds, in one transaction (DESIGN §7). What the run would publish later, or others from it, is refused then.
/// </summary>
public sealed class Revocations(Database database, TimeProvider time, IReadOnlyList<IRevocable> kinds)
{
    private const int BatchMax = 500;

    /// <summary>Nobody finds any of it when this returns; <see cref="SettleAsync"/> frees what it takes.</summary>
    /// <param name="organization">Whose audit log tells of it.</param>
    /// <param name="actor">For people: who revoked.</param>
    public async ValueTask<RevocationReport> RevokeAsync(string runId, string organization, string repository, string actor, CancellationToken cancellationToken)
    {
        var (revocation, isNew) = await database.WriteAsync(sql => Revoke(sql, runId, organization, repository, actor), cancellationToken).ConfigureAwait(false);
        return database.Read(sql => Report(sql, runId, revocation, !isNew));
    }

    /// <summary>Takes what was revoked, by anyone, out of use in its own rows, in small transactions. One look when there is nothing to do.</summary>
    /// <returns>How many.</returns>
    public async ValueTask<int> SettleAsync(CancellationToken cancellationToken)
    {
        var settled = 0;
        foreach (var kind in kinds)
        {
            while (database.Read(sql => RevocationSql.ListPending(sql, kind.Kind, BatchMax)) is { Count: > 0 } pending)
            {
                settled += await database.WriteAsync(sql => Settle(sql, kind, pending), cancellationToken).ConfigureAwait(false);
            }
        }

        return settled;
    }

    /// <summary>As <see cref="SettleAsync"/>, in one transaction of the caller's, who may undo it.</summary>
    public int Settle(SqlSession sql)
    {
        var settled = 0;
        foreach (var kind in kinds)
        {
            while (RevocationSql.ListPending(sql, kind.Kind, BatchMax) is { Count: > 0 } pending)
            {
                settled += Settle(sql, kind, pending);
            }
        }

        return settled;
    }

    private int Settle(SqlSession sql, IRevocable kind, List<(long Id, string RunId)> pending)
    {
        var (events, now) = (new List<AuditEvent>(), time.GetUtcNow());
        foreach (var (id, runId) in pending)
        {
            if (kind.Retire(sql, id, $"run {runId} was revoked", now) is { } audited)
            {
                events.Add(audited);
            }

            RevocationSql.Settle(sql, new(kind.Kind, id));
        }

        AuditLog.Append(sql, events);
        return events.Count;
    }

    private (long Id, bool IsNew) Revoke(SqlSession sql, string runId, string organization, string repository, string actor)
    {
        if (RevocationSql.Find(sql, runId) is { } known)
        {
            return (known, false);
        }

        var now = time.GetUtcNow();
        var revocation = RevocationSql.Add(sql, runId, actor, now);
        foreach (var kind in kinds)
        {
            kind.AddProductsOfRun(sql, revocation, runId);
        }

        RevocationSql.AddDerived(sql, revocation);
        AuditLog.Append(sql, [new(now, organization, repository, "run.revoke", actor, $"run/{runId}", $"{RevocationSql.Count(sql, revocation)} products")]);
        return (revocation, true);
    }

    private RevocationReport Report(SqlSession sql, string runId, long revocation, bool wasRevoked)
    {
        var products = new List<RevokedProduct>();
        foreach (var kind in kinds)
        {
            products.AddRange(kind.List(sql, revocation));
        }

        var runs = new SortedSet<string>(products.Select(static product => product.RunId), StringComparer.Ordinal);
        var readers = new SortedSet<string>(kinds.SelectMany(kind => kind.ListReaders(sql, revocation)), StringComparer.Ordinal);
        readers.ExceptWith(runs);
        return new(products, runs.Remove(runId) ? [runId, .. runs] : [.. runs], [.. readers], wasRevoked);
    }
}
