using System.Text.Json.Serialization;

namespace Strata.Execution.Reporting;

[JsonConverter(typeof(JsonStringEnumConverter<RunStatus>))]
public enum RunStatus
{
    [JsonStringEnumMemberName("success")]
    Success,
    [JsonStringEnumMemberName("failure")]
    Failure,
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,
    [JsonStringEnumMemberName("skipped")]
    Skipped,
}

public static class RunStatusName
{
    /// <summary>As reports, contexts and events say it.</summary>
    public static string Of(RunStatus status) => status switch
    {
        RunStatus.Success => "success",
        RunStatus.Failure => "failure",
        RunStatus.Cancelled => "cancelled",
        _ => "skipped",
    };
}

/// <summary>Format <c>strata.report/1</c> (DESIGN §9): camelCase, milliseconds, absent = null, never left out.</summary>
[JsonConverter(typeof(RunReportConverter))]
public sealed record RunReport
{
    public const string FormatName = "strata.report/1";

    public string Format { get; } = FormatName;

    public required string RunId { get; init; }

    public required string? Workflow { get; init; }

    /// <summary>org/repo.</summary>
    public required string Repo { get; init; }

    /// <summary>Full ref name.</summary>
    public required string Ref { get; init; }

    /// <summary>protected, internal, fork.</summary>
    public required string Trust { get; init; }

    public required RunStatus Status { get; init; }

    public required string? Reason { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public required long DurationMs { get; init; }

    /// <summary>Of the duration, what no step's command took on the critical path: Strata's own cost.</summary>
    public required long OverheadMs { get; init; }

    /// <summary>Proof of hits; null until a verification ran.</summary>
    public VerifyReport? Verify { get; init; }

    public required IReadOnlyList<JobReport> Jobs { get; init; }
}

public sealed record VerifyReport(int Sampled, int Differing, double Bound, IReadOnlyList<VerifyDifference> Differences);

public sealed record VerifyDifference(string Job, string Step, string Key, IReadOnlyList<string> Paths);

public sealed record JobReport
{
    /// <summary>The YAML id.</summary>
    public required string Id { get; init; }

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    public required System.Text.Json.Nodes.JsonObject? Matrix { get; init; }

    public required RunStatus Status { get; init; }

    /// <summary><c>timeout</c> for a time-out (status cancelled); else a sentence, or null.</summary>
    public required string? Reason { get; init; }

    /// <summary>It failed, and the run and those that need it go on as if it had not. For the summary: not in the file's format.</summary>
    public bool ContinuedOnError { get; init; }

    public required int Attempt { get; init; }

    public required long DurationMs { get; init; }

    public required long? SandboxStartMs { get; init; }

    public required ImageReport? Image { get; init; }

    public IReadOnlyList<CacheReport> Caches { get; init; } = [];

    public required IReadOnlyList<StepReport> Steps { get; init; }

    public IReadOnlyList<ArtifactReport> Artifacts { get; init; } = [];
}

public sealed record ImageReport(string Name, string Digest, IReadOnlyList<LayerReport> Layers);

/// <param name="Outcome">reused, built, pulled.</param>
public sealed record LayerReport(string? Key, string Digest, string Outcome, long DurationMs, long SizeBytes);

public sealed record CacheReport(
    string Name, string Kind, string Key, string Outcome, string? MatchedKey, string? Scope, ProducerReport? Producer, string? Reason,
    long RestoreMs, long RestoredBytes, long TransferredBytes, string Save, string? SaveReason, long SaveMs, long SavedBytes);

public sealed record ProducerReport(string RunId, string Job, int Attempt);

public sealed record StepReport
{
    /// <summary>As the YAML names it (evaluated), null if it has none.</summary>
    public required string? Name { get; init; }

    public required RunStatus Status { get; init; }

    public required int? ExitCode { get; init; }

    /// <summary>Why it failed or was cancelled, or null: of a step that never ran, the job's reason says why. For the summary: not in the file's format.</summary>
    public string? Reason { get; init; }

    /// <summary>It failed, and the job went on as if it had not. For the summary: not in the file's format.</summary>
    public bool ContinuedOnError { get; init; }

    public required long DurationMs { get; init; }

    public StepCacheReport? Cache { get; init; }

    public required IReadOnlyDictionary<string, string> Outputs { get; init; }
}

public sealed record StepCacheReport(string Key, string Outcome, string? Reason, long SavedMs);

public sealed record ArtifactReport(
    string Name, string Direction, string State, string? Digest, long SizeBytes, int Parts, int PartsResumed, long DurationMs)
{
    /// <summary>Of the record, to find it again within the run; not part of the format. 0: there is none.</summary>
    public long Id { get; init; }
}

/// <summary>What <c>--report</c> holds when the workflow was refused (exit 2).</summary>
public sealed record InvalidReport(IReadOnlyList<DiagnosticReport> Diagnostics)
{
    public string Format { get; } = RunReport.FormatName;

    public string Status { get; } = "invalid";
}

public sealed record DiagnosticReport(string Code, string Severity, string Message, string? File, int? Line, int? Column, string? Help);
