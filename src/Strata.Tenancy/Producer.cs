namespace Strata.Tenancy;

/// <summary>The run, job and attempt that published something.</summary>
/// <param name="Attempt">From 1.</param>
public sealed record Producer(string RunId, string Job, int Attempt)
{
    /// <summary>All attempts' leases begin with this.</summary>
    public const string LeasePrefix = "attempt/";

    /// <summary>Of the lease that the attempt runs under: what is written for it shows a token of this name.</summary>
    public string LeaseName => $"{LeasePrefix}{RunId}/{Job}/{Attempt}";
}
