using Strata.Tenancy;

namespace Strata.Runs.Records;

/// <summary>One execution of a workflow.</summary>
public sealed record RunRecord
{
    public required string RunId { get; init; }

    /// <summary>Where it writes.</summary>
    public required Scope Scope { get; init; }

    /// <summary>40 hex digits; null where there was none.</summary>
    public required string? Commit { get; init; }

    public required string Workflow { get; init; }

    /// <summary>Whether visible files differed from the commit.</summary>
    public required bool IsDirty { get; init; }

    public required RunStatus Status { get; init; }

    /// <summary>For people; null: the status says it.</summary>
    public required string? Reason { get; init; }

    /// <summary>Kept to the millisecond.</summary>
    public required DateTimeOffset StartedAt { get; init; }

    public required DateTimeOffset? EndedAt { get; init; }
}
