namespace Strata.Artifacts.Records;

/// <summary>What beginning an artifact came to.</summary>
public abstract record ArtifactBegin
{
    private ArtifactBegin()
    {
    }

    /// <param name="Artifact">New, or the one that the same holder of the lease began before and is making.</param>
    public sealed record Begun(Artifact Artifact) : ArtifactBegin
    {
        public long Id => Artifact.Id;
    }

    /// <summary>The run has an artifact of this name: of another job, of a later attempt, or ready.</summary>
    public sealed record Taken(Artifact By) : ArtifactBegin;

    /// <summary>The run has begun as many as it may.</summary>
    public sealed record TooMany(int Limit) : ArtifactBegin;

    /// <summary>The lease is not the producer's, or not held any more. Nothing was written.</summary>
    public sealed record LeaseLost : ArtifactBegin;
}

/// <summary>What changing an artifact's state came to.</summary>
public abstract record ArtifactMove
{
    private ArtifactMove()
    {
    }

    /// <summary>It is in that state now, or was: asking twice is asking once.</summary>
    public sealed record Moved(Artifact Artifact) : ArtifactMove;

    /// <summary>Its state does not lead there. <see cref="Artifact.Reason"/> says how it came to it: replaced by a later attempt, for one.</summary>
    public sealed record Refused(Artifact Artifact) : ArtifactMove;

    /// <summary>The repository's artifacts would take more than they may. It has failed with that reason.</summary>
    public sealed record OverQuota(Artifact Artifact, long UsedBytes, long QuotaBytes) : ArtifactMove;

    /// <summary>The lease is not the producer's, or not held any more. Nothing was written.</summary>
    public sealed record LeaseLost : ArtifactMove;

    public sealed record Unknown : ArtifactMove;
}

/// <summary>What a user's change came to.</summary>
public abstract record ArtifactChange
{
    private ArtifactChange()
    {
    }

    public sealed record Done(Artifact Artifact) : ArtifactChange;

    /// <summary>Its state does not allow it.</summary>
    public sealed record Refused(Artifact Artifact) : ArtifactChange;

    /// <summary>There is none, or it is none of theirs.</summary>
    public sealed record Unknown : ArtifactChange;
}

/// <summary>What a sweep did.</summary>
/// <param name="Abandoned">Failed: their worker is gone.</param>
/// <param name="FreedBytes">Of the expired ones' content; other entries may share it.</param>
/// <param name="Forgotten">Rows that were kept only to be explained.</param>
public sealed record ArtifactSweep(IReadOnlyList<Artifact> Abandoned, IReadOnlyList<Artifact> Expired, long FreedBytes, long Forgotten);

/// <summary>What a repository's artifacts take.</summary>
/// <param name="QuotaBytes">Null: no limit.</param>
public sealed record ArtifactUsage(long Artifacts, long Bytes, long? QuotaBytes);
