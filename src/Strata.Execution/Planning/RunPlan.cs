using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace Strata.Execution.Planning;

/// <summary>What a run would do, as far as it can be known before it starts.</summary>
/// <param name="Jobs">In the order they start when one runs at a time.</param>
public sealed record RunPlan(
    string? Workflow, string File, string Workspace, string Repo, string Ref, string Trust, string Event, IReadOnlyList<PlannedJob> Jobs);

public enum PlannedOutcome
{
    [JsonStringEnumMemberName("runs")]
    Runs,
    [JsonStringEnumMemberName("skipped")]
    Skipped,

    /// <summary>Decided only when what it needs is done.</summary>
    [JsonStringEnumMemberName("open")]
    Open,

    /// <summary>It could not be evaluated, or uses what cannot be executed here.</summary>
    [JsonStringEnumMemberName("refused")]
    Refused,
}

/// <param name="Id">The YAML id.</param>
/// <param name="Stage">From 0: jobs of one stage do not need each other.</param>
/// <param name="Reason">Why it would be skipped, is refused, or cannot be known yet.</param>
/// <param name="Image">The image and why it is chosen, or null when not known yet.</param>
/// <param name="Steps">As the YAML names them, or what they do.</param>
public sealed record PlannedJob(
    string Id, string Name, JsonObject? Matrix, int Stage, IReadOnlyList<string> Needs, PlannedOutcome Outcome, string? Reason, string? Image,
    IReadOnlyList<string> Steps);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web, UseStringEnumConverter = true)]
[JsonSerializable(typeof(RunPlan))]
public sealed partial class PlanJson : JsonSerializerContext;
