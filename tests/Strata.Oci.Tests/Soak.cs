namespace Strata.Oci.Tests;

/// <summary>Full counts with STRATA_SOAK=1, else a sample.</summary>
internal static class Soak
{
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1";

    public static int Runs(int sample, int full) => IsOn ? full : sample;
}
