using System.Diagnostics;
using Strata.Layers.Trees;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;
using Strata.Tenancy.Revoking;

namespace Strata.Artifacts.Records;

/// <summary>What happens to artifacts, each within one transaction: nothing changes a state but <see cref="Change"/>.</summary>
internal sealed class ArtifactWrites(TimeProvider time, ArtifactLimits limits)
{
    /// <summary>Actor of what happens by itself.</summary>
    private const string Retention = "retention";

    /// <summary>Actor of what is noticed when a worker is gone, or replaced.</summary>
    private const string Strata = "strata";

    public ArtifactBegin Begin(SqlSession sql, ArtifactDraft draft, LeaseToken lease)
    {
        if (lease.Name != draft.Producer.LeaseName || !lease.IsHeld(sql))
        {
            return new ArtifactBegin.LeaseLost();
        }

        if (ArtifactSql.FindLive(sql, draft.Producer.RunId, draft.Name) is { } other)
        {
            if (other.Token == lease.Number && ArtifactTransitions.IsBeingMade(other.Artifact.State))
            {
                return new ArtifactBegin.Begun(other.Artifact);
            }

            if (ReasonToReplace(sql, other, draft.Producer) is not { } reason)
            {
                return new ArtifactBegin.Taken(other.Artifact);
            }

            Change(sql, other.Artifact, ArtifactState.Failed, Strata, reason);
        }

        if (ArtifactSql.CountOfRun(sql, draft.Producer.RunId) >= limits.PerRunMax)
        {
            return new ArtifactBegin.TooMany(limits.PerRunMax);
        }

        var retention = draft.Retention ?? limits.Retention;
        retention = retention > limits.RetentionMax ? limits.RetentionMax.Value : retention;
        var now = time.GetUtcNow();
        var id = ArtifactSql.Insert(sql, draft, retention, lease.Number, now);
        ArtifactEventSql.Add(sql, id, new(now, ArtifactState.Pending, ActorOf(draft.Producer), null));
        Derivations.Add(sql, new(ProductKind.Artifact, id), draft.DerivedFrom);
        return new ArtifactBegin.Begun(Get(sql, id));
    }

    public ArtifactMove Move(SqlSession sql, long id, ArtifactState to, string actor, string? reason, LeaseToken lease) =>
        Refusal(sql, id, lease, out var artifact) ?? (
            artifact.State == to ? new ArtifactMove.Moved(artifact)
            : ArtifactTransitions.IsLegal(artifact.State, to) ? new ArtifactMove.Moved(Change(sql, artifact, to, actor, reason))
            : new ArtifactMove.Refused(artifact));

    public ArtifactMove Commit(SqlSession sql, long id, StoredTree content, LeaseToken lease)
    {
        if (Refusal(sql, id, lease, out var artifact) is { } refusal)
        {
            return refusal;
        }

        if (artifact.State is ArtifactState.Ready && IsSame(artifact.Content!, content))
        {
            return new ArtifactMove.Moved(artifact);
        }

        if (!ArtifactTransitions.IsLegal(artifact.State, ArtifactState.Ready))
        {
            return new ArtifactMove.Refused(artifact);
        }

        var actor = ActorOf(artifact.Producer);
        if (IsRevoked(sql, artifact))
        {
            return new ArtifactMove.Refused(Change(sql, artifact, ArtifactState.Failed, actor, Revoked));
        }

        if (limits.QuotaBytes is { } quota && UsedBytes(sql, artifact.Scope) is var used && used > quota - content.SizeBytes)
        {
            Expire(sql, int.MaxValue); // what is past its retention may still count
            if ((used = UsedBytes(sql, artifact.Scope)) > quota - content.SizeBytes)
            {
                return new ArtifactMove.OverQuota(Change(sql, artifact, ArtifactState.Failed, actor, "over the repository's quota"), used, quota);
            }
        }

        ArtifactSql.SetContent(sql, id, content, time.GetUtcNow() + artifact.Retention);
        return new ArtifactMove.Moved(Change(sql, artifact, ArtifactState.Ready, actor, null));
    }

    public ArtifactChange Pin(SqlSession sql, Artifact artifact, string actor)
    {
        if (artifact.State is not ArtifactState.Ready)
        {
            return new ArtifactChange.Refused(artifact);
        }

        if (artifact.Pin is null)
        {
            ArtifactSql.SetPin(sql, artifact.Id, new(actor, time.GetUtcNow()), null);
        }

        return new ArtifactChange.Done(Get(sql, artifact.Id));
    }

    public ArtifactChange Unpin(SqlSession sql, Artifact artifact)
    {
        if (artifact.State is not ArtifactState.Ready)
        {
            return new ArtifactChange.Refused(artifact);
        }

        if (artifact.Pin is not null)
        {
            ArtifactSql.SetPin(sql, artifact.Id, null, time.GetUtcNow() + artifact.Retention);
        }

        return new ArtifactChange.Done(Get(sql, artifact.Id));
    }

    public ArtifactChange Delete(SqlSession sql, Artifact artifact, string actor, string? reason) =>
        artifact.State is ArtifactState.Deleted ? new ArtifactChange.Done(artifact)
        : ArtifactTransitions.IsLegal(artifact.State, ArtifactState.Deleted) ? new ArtifactChange.Done(Change(sql, artifact, ArtifactState.Deleted, actor, reason))
        : new ArtifactChange.Refused(artifact);

    /// <summary>What is being made by nobody any more.</summary>
    public List<Artifact> FailAbandoned(SqlSession sql) =>
        Abandoned(sql).ConvertAll(artifact => Change(sql, artifact, ArtifactState.Failed, Strata, "its worker was lost"));

    public static List<Artifact> Abandoned(SqlSession sql) => ArtifactSql.ListBeingMade(sql).FindAll(row => !row.Lease.IsHeld(sql)).ConvertAll(row => row.Artifact);

    public List<Artifact> Expire(SqlSession sql, int limit) =>
        ArtifactSql.ListDue(sql, time.GetUtcNow(), limit).ConvertAll(row => Change(sql, row.Artifact, ArtifactState.Expired, Retention, null));

    /// <summary>As everybody finds it: what is revoked is deleted, and what is past its retention is expired, although its row may not say so yet.</summary>
    public Artifact Shown(SqlSession sql, Artifact artifact) =>
        artifact.State is not ArtifactState.Ready ? artifact
        : IsRevoked(sql, artifact) ? artifact with { State = ArtifactState.Deleted, Reason = Revoked, Content = null }
        : artifact.ExpiresAt is { } end && end <= time.GetUtcNow() ? artifact with { State = ArtifactState.Expired, StateSince = end }
        : artifact;

    /// <summary>Who made it, for people.</summary>
    public static string ActorOf(Producer producer) => $"job {producer.Job}, attempt {producer.Attempt}";

    private const string Revoked = "it stands on what a revoked run made";

    private static bool IsRevoked(SqlSession sql, Artifact artifact) =>
        Derivations.IsRevoked(sql, artifact.Producer.RunId) || Derivations.IsRevoked(sql, new Product(ProductKind.Artifact, artifact.Id));

    /// <summary>Null: it stays.</summary>
    private static string? ReasonToReplace(SqlSession sql, ArtifactRow other, Producer producer) => other.Artifact switch
    {
        { State: ArtifactState.Ready } => null,
        var made when made.Producer.Job == producer.Job && made.Producer.Attempt < producer.Attempt => $"replaced by attempt {producer.Attempt}",
        var made when made.Producer == producer => "replaced by another worker of the same attempt",
        _ => other.Lease.IsHeld(sql) ? null : "its worker was lost",
    };

    /// <summary>Null: whoever asks makes this artifact. Its lease may have gone to others since it began.</summary>
    private static ArtifactMove? Refusal(SqlSession sql, long id, LeaseToken lease, out Artifact artifact)
    {
        var row = ArtifactSql.Find(sql, id);
        artifact = row?.Artifact!;
        return row is null ? new ArtifactMove.Unknown() : row.Lease == lease && lease.IsHeld(sql) ? null : new ArtifactMove.LeaseLost();
    }

    private static long UsedBytes(SqlSession sql, Scope scope) => ArtifactSql.Usage(sql, scope.Organization, scope.Repository).Bytes;

    private static bool IsSame(StoredTree a, StoredTree b) => a.Tree == b.Tree && a.Layers.SequenceEqual(b.Layers);

    private Artifact Change(SqlSession sql, Artifact artifact, ArtifactState to, string actor, string? reason)
    {
        if (!ArtifactTransitions.IsLegal(artifact.State, to))
        {
            throw new UnreachableException($"Artifact {artifact.Id}: from {artifact.State} to {to}.");
        }

        var now = time.GetUtcNow();
        ArtifactSql.SetState(sql, artifact.Id, to, reason, now);
        ArtifactEventSql.Add(sql, artifact.Id, new(now, to, actor, reason));
        return Get(sql, artifact.Id);
    }

    private static Artifact Get(SqlSession sql, long id) =>
        ArtifactSql.Find(sql, id)?.Artifact ?? throw new InvalidOperationException($"There is no artifact {id}.");
}
