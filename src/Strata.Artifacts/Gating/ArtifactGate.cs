namespace Strata.Artifacts.Gating;

/// <summary>Decides whether a job starts, from the states of what it takes.</summary>
public static class ArtifactGate
{
    /// <summary>How long a consumer waits for artifacts that are being uploaded.</summary>
    public static TimeSpan DefaultWaitMax { get; } = TimeSpan.FromMinutes(30);

    /// <param name="waitingSince">When it was first asked.</param>
    /// <param name="waitMax">After this the wait is a failure.</param>
    public static GateVerdict Decide(IReadOnlyList<ArtifactNeed> needs, DateTimeOffset waitingSince, DateTimeOffset now, TimeSpan waitMax) =>
        throw new NotSupportedException();
}
