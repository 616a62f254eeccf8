using Strata.Artifacts.Records;
using Strata.Core.Diagnostics;

namespace Strata.Artifacts.Gating;

/// <summary>Decides whether a job starts, from the states of what it takes: what will not come fails it at once, what may come yet is waited for.</summary>
public static class ArtifactGate
{
    /// <summary>How long a consumer waits for artifacts that are being uploaded.</summary>
    public static TimeSpan DefaultWaitMax { get; } = TimeSpan.FromMinutes(30);

    /// <param name="waitingSince">When it was first asked.</param>
    /// <param name="waitMax">After this the wait is a failure, of optional ones too: whether one has them is not for the clock to decide.</param>
    public static GateVerdict Decide(IReadOnlyList<ArtifactNeed> needs, DateTimeOffset waitingSince, DateTimeOffset now, TimeSpan waitMax)
    {
        var ready = new List<Artifact>();
        var problems = new List<Diagnostic>();
        var waits = new List<string>();
        var waited = now - waitingSince;
        foreach (var need in needs)
        {
            switch (need)
            {
                case { Artifact: { State: ArtifactState.Ready } artifact }:
                    ready.Add(artifact);
                    break;
                case var _ when MayCome(need):
                    if (waited >= waitMax)
                    {
                        problems.Add(ArtifactDiagnostics.WaitedTooLong(need, need.Artifact, waited));
                    }

                    waits.Add(WhyWait(need));
                    break;
                case { Optional: true }:
                    break;
                case { Artifact: { } artifact }:
                    problems.Add(ArtifactDiagnostics.NotThere(need, artifact, now));
                    break;
                default:
                    problems.Add(ArtifactDiagnostics.NeverMade(need, now));
                    break;
            }
        }

        return problems.Count > 0 ? new GateVerdict.Fail(problems)
            : waits.Count > 0 ? new GateVerdict.Wait(string.Join("; ", waits))
            : new GateVerdict.Ready(ready);
    }

    /// <summary>A failed one may be replaced by the producer's next attempt while that runs; a job that ended may still be uploading.</summary>
    private static bool MayCome(ArtifactNeed need) =>
        need.Producer is ProducerState.Running || (need.Artifact is { } artifact && ArtifactTransitions.IsBeingMade(artifact.State));

    private static string WhyWait(ArtifactNeed need) => need switch
    {
        { Artifact: { } artifact } when ArtifactTransitions.IsBeingMade(artifact.State) =>
            $"the artifact {need.Name} of job {artifact.Producer.Job} is {ArtifactTransitions.WordOf(artifact.State)} since {ArtifactDiagnostics.At(artifact.StateSince)}",
        { Job: { } job } => $"job {job} has not made the artifact {need.Name} yet",
        _ => $"the artifact {need.Name} is not made yet",
    };
}
