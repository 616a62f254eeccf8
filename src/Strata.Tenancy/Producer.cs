namespace Strata.Tenancy;

/// <summary>The run, job and attempt that published something.</summary>
/// <param name="Attempt">From 1.</param>
public sealed record Producer(string RunId, string Job, int Attempt);
