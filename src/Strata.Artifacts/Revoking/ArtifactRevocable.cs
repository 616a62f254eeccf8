using Strata.Artifacts.Records;
using Strata.Core.Identity;
using Strata.Metadata;
using Strata.Tenancy;
using Strata.Tenancy.Audit;
using Strata.Tenancy.Revoking;

namespace Strata.Artifacts.Revoking;

/// <summary>Artifacts, which are deleted for whoever asks as soon as they are revoked.</summary>
public sealed class ArtifactRevocable(TimeProvider time) : IRevocable
{
    private const string Actor = "revoke";

    private readonly ArtifactWrites _writes = new(time, ArtifactLimits.Default);

    public ProductKind Kind => ProductKind.Artifact;

    public void AddProductsOfRun(SqlSession sql, long revocation, string runId) => sql.Execute(
        """
        INSERT INTO revoked_product (kind, id, revocation, pending) SELECT 2, id, $1, 1 FROM artifact WHERE run_id = $2
        ON CONFLICT (kind, id) DO NOTHING
        """, revocation, runId);

    /// <summary>What is being made is not there to be deleted: its commit is refused.</summary>
    public AuditEvent? Retire(SqlSession sql, long id, string reason, DateTimeOffset now)
    {
        if (ArtifactSql.Find(sql, id)?.Artifact is not { State: ArtifactState.Ready } artifact)
        {
            return null;
        }

        _writes.Delete(sql, artifact, Actor, reason);
        return new(now, artifact.Scope.Organization, artifact.Scope.Repository, "artifact.revoke", Actor, $"artifact/{id}", $"'{artifact.Name}' of run {artifact.Producer.RunId}: {reason}");
    }

    public IReadOnlyList<RevokedProduct> List(SqlSession sql, long revocation)
    {
        using var rows = sql.Query(
            """
            SELECT artifact.id, run_id, name, job, org, repo, ref, trust, state, artifact.reason
            FROM revoked_product JOIN artifact ON artifact.id = revoked_product.id
            WHERE revoked_product.revocation = $1 AND revoked_product.kind = 2 ORDER BY artifact.id
            """, revocation);
        var products = new List<RevokedProduct>();
        while (rows.Read())
        {
            var scope = new Scope(rows.Text(4), rows.Text(5), rows.Text(6), (Trust)rows.Integer(7));
            var wasLive = rows.Text(8) == "ready" || (rows.Text(8) == "deleted" && !rows.IsNull(9) && rows.Text(9).EndsWith("was revoked", StringComparison.Ordinal));
            products.Add(new(new(ProductKind.Artifact, rows.Integer(0)), rows.Text(1), $"artifact '{rows.Text(2)}', job {rows.Text(3)}, of {scope}", wasLive));
        }

        return products;
    }
}
