namespace Strata.Caching.Stats;

/// <summary>Hits of hermetic steps of one name that were run again to prove them.</summary>
/// <param name="Differing">Of <paramref name="Sampled"/>, those that came out as something else.</param>
public sealed record StepProofs(string Organization, string Repository, string Name, long Sampled, long Differing);
