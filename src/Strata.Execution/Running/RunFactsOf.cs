using Strata.Execution.Contexts;

namespace Strata.Execution.Running;

/// <summary>The facts of a run from what was asked for.</summary>
internal static class RunFactsOf
{
    /// <param name="actor">When the event names no sender.</param>
    public static RunFacts Request(RunRequest request, string runId, long runNumber, string actor) => new()
    {
        RunId = runId,
        RunNumber = runNumber,
        Workflow = request.Workflow,
        Identity = request.Identity,
        EventName = request.EventName,
        EventPayload = request.EventPayload,
        Actor = EventActor(request) ?? actor,
        Env = request.Env,
        Vars = ContextValues.OfTexts(request.Vars),
        Inputs = WorkflowInputs.Of(request).Inputs,
        Secrets = ContextValues.OfTexts(request.Secrets),
        Debug = IsDebug(request.Vars) || IsDebug(request.Secrets),
    };

    private static string? EventActor(RunRequest request) =>
        (request.EventPayload["sender"] as System.Text.Json.Nodes.JsonObject)?["login"] is System.Text.Json.Nodes.JsonValue login
        && login.TryGetValue<string>(out var name) ? name : null;

    private static bool IsDebug(IReadOnlyDictionary<string, string> values) =>
        values.TryGetValue("ACTIONS_STEP_DEBUG", out var value) && value.Equals("true", StringComparison.OrdinalIgnoreCase);
}
