using Strata.Tenancy;

namespace Strata.Runs.Records;

/// <summary>One try at a job.</summary>
/// <param name="Reason">For people; null: the status says it.</param>
/// <param name="EndedAt">When its result was there: it may have gone on saving.</param>
public sealed record AttemptRecord(
    Producer Producer, RunStatus Status, string? Reason, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);
