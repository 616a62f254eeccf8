using System.Text.Json.Nodes;
using Strata.Core.Identity;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Contexts;

/// <summary>What every job of one run sees alike.</summary>
internal sealed record RunFacts
{
    public required string RunId { get; init; }

    /// <summary>Counts the runs of a data directory, from 1.</summary>
    public required long RunNumber { get; init; }

    public required Workflow Workflow { get; init; }

    public required RunIdentity Identity { get; init; }

    public required string EventName { get; init; }

    public required JsonObject EventPayload { get; init; }

    public required string Actor { get; init; }

    /// <summary>Over the workflow's env.</summary>
    public required IReadOnlyDictionary<string, string> Env { get; init; }

    public required ObjectValue Vars { get; init; }

    public required ObjectValue Inputs { get; init; }

    public required ObjectValue Secrets { get; init; }

    /// <summary>ACTIONS_STEP_DEBUG is true in vars or secrets.</summary>
    public required bool Debug { get; init; }

    public string WorkflowName => Workflow.Name ?? Workflow.File;
}
