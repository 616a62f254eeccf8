using System.Globalization;
using Strata.Artifacts.Gating;
using Strata.Artifacts.Records;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Layers.Store;

namespace Strata.Artifacts;

/// <summary>What goes wrong with artifacts: STR40xx.</summary>
public static class ArtifactDiagnostics
{
    /// <summary>What a job takes is over without content.</summary>
    public static Diagnostic NotThere(ArtifactNeed need, Artifact artifact, DateTimeOffset now) => new(
        "STR4001", Severity.Error,
        $"The artifact {Named(need)} cannot be had: it is {ArtifactTransitions.WordOf(artifact.State)} since {At(artifact.StateSince)} "
            + $"({Lifetime.Format(Age(artifact.StateSince, now))} ago), made by job {artifact.Producer.Job}, attempt {artifact.Producer.Attempt}"
            + (artifact.Reason is { } reason ? $": {Shown(reason)}." : "."),
        null, "Run the job that makes it again; `optional: true` lets a job start without it.");

    /// <summary>What a job takes was never begun.</summary>
    public static Diagnostic NeverMade(ArtifactNeed need, DateTimeOffset now) => new(
        "STR4002", Severity.Error,
        $"The artifact {Named(need)} was never made: {WhyNever(need, need.ProducerEndedAt is { } ended ? $" at {At(ended)} ({Lifetime.Format(Age(ended, now))} ago)" : "")}.",
        null, "See why in the log of the job that makes it; `optional: true` lets a job start without it.");

    public static Diagnostic WaitedTooLong(ArtifactNeed need, Artifact? artifact, TimeSpan waited) => new(
        "STR4003", Severity.Error,
        $"The artifact {Named(need)} was waited for for {Lifetime.Format(waited)}: "
            + (artifact is null ? "it has not been begun." : $"it is {ArtifactTransitions.WordOf(artifact.State)} since {At(artifact.StateSince)}."),
        null, "See in the log of the job that makes it how far its upload is.");

    public static Diagnostic NameTaken(string name, Artifact by) => new(
        "STR4004", Severity.Error,
        $"The run has an artifact '{Shown(name)}' already: job {by.Producer.Job}, attempt {by.Producer.Attempt} made it, it is {ArtifactTransitions.WordOf(by.State)} since {At(by.StateSince)}.",
        null, "Give each artifact of a run its own name; put matrix values into it.");

    public static Diagnostic TooMany(int limit) => new(
        "STR4005", Severity.Error, $"The run has {limit} artifacts: no more can be made.", null, "Put what belongs together into one artifact.");

    public static Diagnostic OverQuota(string name, long sizeBytes, long usedBytes, long quotaBytes) => new(
        "STR4006", Severity.Error,
        $"The artifact '{Shown(name)}' ({new ByteSize(sizeBytes)}) is over the quota: the repository's artifacts take {new ByteSize(usedBytes)} of {new ByteSize(quotaBytes)}.",
        null, "Remove some with `strata artifact rm`, shorten their retention, or have the quota raised.");

    /// <summary>What the record names did not come from where it should be.</summary>
    public static Diagnostic ContentGone(Artifact artifact, Digest layer, LayerMiss miss, string? reason) => new(
        "STR4007", Severity.Error,
        $"The artifact '{Shown(artifact.Name)}' of run {artifact.Producer.RunId} cannot be read: its layer {layer.Short} {LayerMissText.Of(miss)}{(reason is null ? "" : $": {reason.TrimEnd('.')}")}.",
        null, miss switch
        {
            LayerMiss.Unreachable => "It is not lost: fetch it again when that is mended.",
            LayerMiss.Absent => "Name the storage that has it with --storage; if none has, run its job again.",
            _ => "Make it again: run its job again.",
        });

    public static Diagnostic NoSuchArtifact(string name, string runId, IEnumerable<string> others, string? otherRun) => new(
        "STR4008", Severity.Error, $"Run {Shown(runId)} has no artifact '{Shown(name)}' that may be read here.", null,
        otherRun is not null ? $"The newest run that has it is {otherRun}: --run {otherRun}"
            : Suggestion.Nearest(name, others) is { } near ? $"Did you mean '{near}'?"
            : "List what there is with `strata artifact ls`; --ref and --trust say on whose behalf.");

    /// <param name="otherTrust">At which there are some; null: at none.</param>
    public static Diagnostic NoRun(string repository, string? otherTrust) => new(
        "STR4009", Severity.Error, $"No run of {repository} has artifacts that may be read here.", null,
        otherTrust is not null ? $"There are some that runs of trust {otherTrust} made: --trust {otherTrust}"
            : "Name the run with --run, or say with --org, --repo, --ref and --trust on whose behalf to look.");

    public static Diagnostic NotReady(Artifact artifact) => new(
        "STR4010", Severity.Error,
        $"The artifact '{Shown(artifact.Name)}' of run {artifact.Producer.RunId} is {ArtifactTransitions.WordOf(artifact.State)} since {At(artifact.StateSince)}"
            + (artifact.Reason is { } reason ? $": {Shown(reason)}." : "."),
        null, ArtifactTransitions.IsBeingMade(artifact.State) ? "Ask again when its job has ended." : "Run its job again.");

    public static Diagnostic NotYours(Artifact artifact) => new(
        "STR4011", Severity.Error, $"The artifact '{Shown(artifact.Name)}' belongs to {artifact.Scope}: it can be read, not changed, on behalf of another.", null,
        "Say on whose behalf with --ref and --trust: protected refs change all artifacts of their repository.");

    /// <param name="path">On this host.</param>
    public static Diagnostic NameTakenHere(string path) => new(
        "STR4012", Severity.Error, $"{Shown(path)} is there already: nothing was written.", null, "Nothing is replaced: name another directory, or move it away.");

    public static Diagnostic LinkLeaves(string path, string target) => new(
        "STR4013", Severity.Error, $"The link {path} of the artifact leads out of the directory: to {target}.", null,
        "Fetch an archive instead: -o FILE.tar.zst");

    /// <param name="path">As the user wrote it.</param>
    public static Diagnostic CannotWrite(string path, string reason) => new("STR4014", Severity.Error, $"{path} cannot be written: {reason}", null, null);

    public static Diagnostic NoZstd() => new(
        "STR4015", Severity.Error, "A .tar.zst cannot be written: libzstd.so.1 is not installed.", null, "apt-get install libzstd1, or fetch a .zip.");

    public static Diagnostic NotForZip(string reason) => new("STR4016", Severity.Error, reason, null, "Fetch a .tar.zst or a directory.");

    /// <summary>Of a name that was computed; the others are refused when the workflow is read.</summary>
    public static Diagnostic BadName(string name) => new(
        "STR4017", Severity.Error, $"'{Shown(name.Length > 80 ? name[..80] : name)}' cannot be the name of an artifact.", null,
        "A name has 1 to 256 characters and none of \" : < > | * ? \\ / nor a line break; it is not . or ..");

    private static string Named(ArtifactNeed need) =>
        $"'{Shown(need.Name)}'{(need.Job is { } job ? $" of job {job}" : "")}{(need.Run is { } run ? $" of run {Shown(run)}" : "")}";

    /// <param name="when">Of the producer's end, after a verb; empty: it is not known.</param>
    private static string WhyNever(ArtifactNeed need, string when)
    {
        var job = need.Job is { } named ? $"job {named}" : "its job";
        return need.Producer switch
        {
            ProducerState.Success => $"{job} ended with success{when} without publishing it",
            ProducerState.Failure => $"{job} failed{when}",
            ProducerState.Cancelled => $"{job} was cancelled{when}",
            ProducerState.Skipped => $"{job} was skipped{when}",
            _ => "the run has none of this name that this job may read",
        };
    }

    private static TimeSpan Age(DateTimeOffset since, DateTimeOffset now) => now > since ? now - since : TimeSpan.Zero;

    internal static string At(DateTimeOffset time) => time.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    /// <summary>Names and reasons come from jobs: they do not steer a terminal.</summary>
    private static string Shown(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var i = 0; i < span.Length; i++)
        {
            span[i] = char.IsControl(source[i]) || source[i] is '\u2028' or '\u2029' or (>= '\u202a' and <= '\u202e') or (>= '\u2066' and <= '\u2069') ? '\ufffd' : source[i];
        }
    });
}
