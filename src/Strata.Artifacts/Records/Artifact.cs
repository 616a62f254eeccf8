using Strata.Layers.Trees;
using Strata.Tenancy;

namespace Strata.Artifacts.Records;

/// <summary>A required named output of a job.</summary>
public sealed record Artifact
{
    public required long Id { get; init; }

    public required Scope Scope { get; init; }

    public required Producer Producer { get; init; }

    /// <summary>Unique among what its run published or is publishing.</summary>
    public required string Name { get; init; }

    public required ArtifactState State { get; init; }

    /// <summary>Why it is in this state, for people; null: the state says it.</summary>
    public required string? Reason { get; init; }

    /// <summary>Kept to the millisecond, as all times.</summary>
    public required DateTimeOffset StateSince { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>How long it is kept once it is ready.</summary>
    public required TimeSpan Retention { get; init; }

    /// <summary>Null: it is pinned, or was never ready.</summary>
    public required DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>Its job could reference no secret, and all it stands on is shareable (DESIGN §7).</summary>
    public required bool Shareable { get; init; }

    public required ArtifactPin? Pin { get; init; }

    /// <summary>Set when it became ready. Its layers are kept while it is; afterwards this only says what it was.</summary>
    public required StoredTree? Content { get; init; }
}

/// <summary>Keeps an artifact whatever its retention.</summary>
/// <param name="By">For people.</param>
public sealed record ArtifactPin(string By, DateTimeOffset At);

/// <summary>One change of state.</summary>
/// <param name="Actor">Who did it: a job's attempt, a user, <c>retention</c>.</param>
/// <param name="Reason">For people.</param>
public sealed record ArtifactEvent(DateTimeOffset At, ArtifactState State, string Actor, string? Reason);
