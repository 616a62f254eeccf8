using Strata.Metadata.Leases;

namespace Strata.Runs.Records;

/// <summary>The lease of whoever drives a run.</summary>
internal static class RunLease
{
    public const string Prefix = "run/";

    public static string NameOf(string runId) => $"{Prefix}{runId}";

    public static LeaseToken TokenOf(string runId, long number) => new(NameOf(runId), number);
}
