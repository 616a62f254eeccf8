using Strata.Metadata;
using Strata.Tenancy.Audit;

namespace Strata.Tenancy.Revoking;

/// <summary>What revoking came to.</summary>
/// <param name="Products">Of all kinds, with what derives from them.</param>
/// <param name="Runs">That published any of it, the revoked one first if it did.</param>
/// <param name="WasRevoked">It had been revoked before; these are what was taken back then.</param>
public sealed record RevocationReport(IReadOnlyList<RevokedProduct> Products, IReadOnlyList<string> Runs, bool WasRevoked);

/// <summary>
/// Takes back what a run has published and all that derives from it, of all kinds, in one transaction (DESIGN §7). What the run would publish later, or others from it, is refused then.
/// </summary>
public sealed class Revocations(Database database, TimeProvider time, IReadOnlyList<IRevocable> kinds)
{
    /// <param name="organization">Whose audit log tells of it.</param>
    /// <param name="actor">For people: who revoked.</param>
    public async ValueTask<RevocationReport> RevokeAsync(string runId, string organization, string repository, string actor, CancellationToken cancellationToken)
    {
        var (revocation, isNew) = await database.WriteAsync(sql => Revoke(sql, runId, organization, repository, actor), cancellationToken).ConfigureAwait(false);
        return database.Read(sql => Report(sql, runId, revocation, !isNew));
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
        foreach (var kind in kinds)
        {
            kind.Retire(sql, revocation, $"run {runId} was revoked", now);
        }

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
        return new(products, runs.Remove(runId) ? [runId, .. runs] : [.. runs], wasRevoked);
    }
}
