using System.Globalization;
using System.Text.Json.Nodes;
using Strata.Core.Diagnostics;
using Strata.Execution.Images;
using Strata.Execution.Masking;
using Strata.Execution.Reporting;
using Strata.Execution.Scheduling;
using Strata.Execution.Steps;
using Strata.Images;
using Strata.Workflows.Model;

namespace Strata.Execution.Jobs;

/// <summary>What the report says of a job.</summary>
internal static class JobReports
{
    /// <summary>A job whose steps never started.</summary>
    public static JobReport NotRun(Job job, string name, JsonObject? matrix, RunStatus status, string? reason) => new()
    {
        Id = job.Id,
        Name = name,
        Matrix = matrix,
        Status = status,
        Reason = reason,
        Attempt = 1,
        DurationMs = 0,
        SandboxStartMs = null,
        Image = null,
        Steps = NotRunSteps(job.Steps, 0, status == RunStatus.Cancelled ? RunStatus.Cancelled : RunStatus.Skipped),
    };

    public static IReadOnlyList<StepReport> NotRunSteps(IReadOnlyList<Step> steps, int from, RunStatus status) =>
    [
        .. steps.Skip(from).Select(step => new StepReport
        {
            Name = step.Name?.Text,
            Status = status,
            ExitCode = null,
            DurationMs = 0,
            Outputs = new Dictionary<string, string>(),
        }),
    ];

    public static StepReport Of(StepResult result, SecretMasker masker)
    {
        var outputs = new Dictionary<string, string>(result.Outputs.Count);
        foreach (var (name, value) in result.Outputs)
        {
            outputs[masker.MaskText(name)] = masker.MaskText(value); // a name is the step's to choose, as its value is
        }

        return new()
        {
            Name = result.WrittenName is null ? null : masker.MaskText(result.WrittenName),
            Status = result.Outcome,
            ExitCode = result.ExitCode,
            Reason = result.Outcome is RunStatus.Skipped || result.Reason is null ? null : masker.MaskText(result.Reason),
            ContinuedOnError = result.Outcome != result.Conclusion,
            DurationMs = (long)result.Duration.TotalMilliseconds,
            Cache = result.Cache,
            Outputs = outputs,
        };
    }

    public static ImageReport Of(SelectedImage image, ResolvedImage resolved) => new(
        image.Name,
        resolved.Digest.ToString(),
        [.. resolved.Layers.Select(l => new LayerReport(
            l.Key, l.Digest.ToString(), l.Outcome.Name(), (long)l.Duration.TotalMilliseconds, l.SizeBytes))]);

    /// <summary>The declared caches of a job that cannot use any.</summary>
    public static IReadOnlyList<CacheReport> Unusable(Job job, string reason) =>
    [
        .. job.Caches.Select(use => new CacheReport(
            use switch { CacheUse.Named named => named.Name, CacheUse.Inline { Declaration: var inline } => inline.Preset?.Value ?? "", _ => "" },
            "dependency", "", "error", null, null, null, reason, 0, 0, 0, "skipped", reason, 0, 0)),
    ];

    public static JsonObject? Matrix(JobInstance instance) => instance.Vector?.Values.ToJson() as JsonObject;

    public static string CancelText(CancelReason reason) => reason switch
    {
        CancelReason.Timeout => "timeout",
        CancelReason.FailFast => "another combination of the matrix failed (fail-fast)",
        _ => "the run was cancelled",
    };

    /// <summary>Of the step that failed a job. Its exit code is told with the step; any other reason is told nowhere else in the report.</summary>
    public static string FailedText(StepResult failed) =>
        failed.Reason is null || (failed.ExitCode is { } code && failed.Reason == string.Create(CultureInfo.InvariantCulture, $"exit code {code}"))
            ? $"step '{failed.Name}' failed"
            : $"step '{failed.Name}' failed: {failed.Reason.Split('\n')[0]}";

    public static string Text(IEnumerable<Diagnostic> problems) => string.Join("\n", problems);
}
