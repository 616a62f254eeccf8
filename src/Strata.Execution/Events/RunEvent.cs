using System.Text.Json;
using System.Text.Json.Serialization;
using Strata.Core.Diagnostics;
using Strata.Execution.Reporting;

namespace Strata.Execution.Events;

/// <summary>What happens in a run, in order. <c>--json</c> prints each as a line: {type, at, runId, job?, step?, …}. A run that is refused has none of these, but a line {type: "refused", at, diagnostics}.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(RunStarted), "run-start")]
[JsonDerivedType(typeof(JobStarted), "job-start")]
[JsonDerivedType(typeof(StepStarted), "step-start")]
[JsonDerivedType(typeof(LogLine), "log")]
[JsonDerivedType(typeof(StepEnded), "step-end")]
[JsonDerivedType(typeof(JobEnded), "job-end")]
[JsonDerivedType(typeof(RunEnded), "run-end")]
public abstract record RunEvent
{
    public required DateTimeOffset At { get; init; }

    public required string RunId { get; init; }
}

public sealed record RunStarted : RunEvent
{
    public required string? Workflow { get; init; }

    public required string Repo { get; init; }

    public required string Ref { get; init; }

    /// <summary>Display names of the jobs known at the start.</summary>
    public required IReadOnlyList<string> Jobs { get; init; }
}

/// <summary>An event of one job; <see cref="Job"/> is its display name, unique in the run.</summary>
public abstract record JobEvent : RunEvent
{
    public required string Job { get; init; }
}

public sealed record JobStarted : JobEvent
{
    /// <summary>The image and why it was chosen: "node20 (images.node20)".</summary>
    public required string Image { get; init; }
}

/// <summary>An event of one step.</summary>
public abstract record StepEvent : JobEvent
{
    /// <summary>Position in the job, from 0; -1 for what Strata itself does around the steps (image, workspace).</summary>
    public required int Step { get; init; }
}

public sealed record StepStarted : StepEvent
{
    public required string Name { get; init; }
}

public enum LogKind
{
    Output,
    Debug,
    Notice,
    Warning,
    Error,
    Group,
    EndGroup,

    /// <summary>Strata speaks, not the job: progress of image builds and the like.</summary>
    Progress,
}

/// <summary>One line, masked, without its newline. With step -1: progress before or between steps.</summary>
public sealed record LogLine : StepEvent
{
    public required LogKind Kind { get; init; }

    public required string Text { get; init; }

    /// <summary>For annotations: file, line, col, title as the command gave them.</summary>
    public IReadOnlyDictionary<string, string>? Properties { get; init; }
}

public sealed record StepEnded : StepEvent
{
    public required string Name { get; init; }

    public required RunStatus Status { get; init; }

    public required int? ExitCode { get; init; }

    public required long DurationMs { get; init; }

    /// <summary>Why it was skipped or failed, and a hint (exit 127: what is not in the image), or null.</summary>
    public required string? Reason { get; init; }
}

public sealed record JobEnded : JobEvent
{
    public required RunStatus Status { get; init; }

    public required string? Reason { get; init; }

    public required long DurationMs { get; init; }
}

public sealed record RunEnded : RunEvent
{
    public required RunReport Report { get; init; }
}

/// <summary>Takes events. Called from one thread at a time; must not block for long (events wait behind it, boundedly).</summary>
public interface IRunObserver
{
    void On(RunEvent e);

    /// <summary>A problem that belongs to no line of a job: a warning of the parser, a limit that cannot be enforced.</summary>
    void On(Diagnostic diagnostic);

    /// <summary>A step takes the terminal, or gives it back: meanwhile nothing may be drawn there that nobody asked for.</summary>
    void OnTerminal(bool isTaken)
    {
    }
}

/// <summary>Source-generated JSON of events: camelCase, absent = null, one line.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunEvent))]
public sealed partial class RunJson : JsonSerializerContext;
