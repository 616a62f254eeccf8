namespace Strata.Tenancy.Audit;

/// <summary>Who did what to what, and when. Append-only.</summary>
/// <param name="Action">One word of a fixed set, with a point: <c>cache.restore</c>, <c>cache.save</c>, <c>cache.deny</c>, <c>cache.evict</c>, <c>run.revoke</c>, <c>run.doubt</c>, <c>product.doubt</c>.</param>
/// <param name="Actor">The attempt <c>RUN/JOB/N</c>, else what acted: <c>sweep</c>, <c>user</c>.</param>
/// <param name="Subject">What it was done to: <c>cache/12</c>, a key.</param>
/// <param name="Detail">One line for people; no secrets.</param>
public sealed record AuditEvent(DateTimeOffset At, string Organization, string Repository, string Action, string Actor, string Subject, string Detail);
