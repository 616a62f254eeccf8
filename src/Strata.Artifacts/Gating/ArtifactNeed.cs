using Strata.Artifacts.Records;

namespace Strata.Artifacts.Gating;

/// <summary>An artifact that a job takes, and what is known of it now.</summary>
public sealed record ArtifactNeed
{
    public required string Name { get; init; }

    /// <summary>Null: this run's.</summary>
    public string? Run { get; init; }

    /// <summary>The job that makes it, for people; null: not known.</summary>
    public string? Job { get; init; }

    /// <summary>The consumer runs without it, if it does not come to be.</summary>
    public bool Optional { get; init; }

    public required ProducerState Producer { get; init; }

    /// <summary>When the producer ended; null: it did not, or it is not known.</summary>
    public DateTimeOffset? ProducerEndedAt { get; init; }

    /// <summary>As found; null: none.</summary>
    public Artifact? Artifact { get; init; }
}

/// <summary>How the job that makes an artifact is.</summary>
public enum ProducerState
{
    /// <summary>No job of this run makes it: it is another run's, and over.</summary>
    None,

    /// <summary>It may begin the artifact yet.</summary>
    Running,

    Success,
    Failure,
    Cancelled,
    Skipped,
}
