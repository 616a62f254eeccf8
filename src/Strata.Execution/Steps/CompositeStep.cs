using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Execution.Commands;
using Strata.Execution.Contexts;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Reporting;
using Strata.Sandbox;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing;

namespace Strata.Execution.Steps;

/// <summary>Runs a local composite action: its steps as groups in the calling step's log.</summary>
internal static class CompositeStep
{
    private const int DepthMax = 10;

    public static async Task<StepOutcome> ExecuteAsync(
        StepAction.LocalAction call,
        StepFrame caller,
        EvaluationScope scope,
        IReadOnlyDictionary<string, string> env,
        StepLog log,
        CancellationToken cancellationToken)
    {
        if (caller.Depth >= DepthMax)
        {
            return StepOutcome.Failed($"Actions call each other more than {DepthMax} deep: './{call.Path}' is not run.");
        }

        var directory = Path.GetFullPath(call.Path, SandboxSpec.WorkspacePath);
        var (action, problem) = await LoadAsync(caller.Live, directory, call.Path, log).ConfigureAwait(false);
        if (action is null)
        {
            return StepOutcome.Failed(problem!);
        }

        return await RunAsync(action, directory, call, caller, scope, env, log, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="directory">Inside; <c>github.action_path</c>.</param>
    internal static async Task<StepOutcome> RunAsync(
        CompositeAction action,
        string directory,
        StepAction.LocalAction call,
        StepFrame caller,
        EvaluationScope scope,
        IReadOnlyDictionary<string, string> env,
        StepLog log,
        CancellationToken cancellationToken)
    {
        var inputs = await InputsAsync(action, call, caller.Live, scope, log).ConfigureAwait(false);
        var frame = new StepFrame
        {
            Live = caller.Live,
            GitHub = GitHubContext.With(caller.GitHub, ("action_path", Value.From(directory))),
            Inputs = inputs,
            Env = env,
            Depth = caller.Depth + 1,
        };
        var firstFailure = await RunStepsAsync(action, frame, log, cancellationToken).ConfigureAwait(false);
        var effects = new StepEffects();
        foreach (var output in action.Outputs)
        {
            effects.Outputs[output.Name] = output.Value.EvaluateText(frame.ScopeBefore(call.Path));
        }

        return firstFailure is { } failure
            ? new(failure.Conclusion, failure.ExitCode, $"{failure.Name}: {failure.Reason}", effects)
            : new(RunStatus.Success, null, null, effects);
    }

    /// <returns>The first step that failed or was cancelled, or null.</returns>
    private static async Task<StepResult?> RunStepsAsync(CompositeAction action, StepFrame frame, StepLog log, CancellationToken cancellationToken)
    {
        StepResult? failure = null;
        foreach (var step in action.Steps)
        {
            var narrator = new GroupNarrator(log);
            var result = await StepRunner.RunAsync(step, frame, narrator, cancellationToken).ConfigureAwait(false);
            if (result.Conclusion is RunStatus.Failure or RunStatus.Cancelled)
            {
                failure ??= result;
            }
        }

        return failure;
    }

    private static async ValueTask<(CompositeAction? Action, string? Problem)> LoadAsync(LiveJob live, string directory, string written, StepLog log)
    {
        foreach (var name in (string[])["action.yml", "action.yaml"])
        {
            var bytes = await BoundedText.ReadBytesAsync(
                live.Sandbox, $"{directory}/{name}", WorkflowParser.FileSizeMax, live.Cancellation.Hard).ConfigureAwait(false);
            if (bytes is null)
            {
                continue;
            }

            var (action, diagnostics) = WorkflowParser.ParseAction($"{written}/{name}", bytes);
            foreach (var diagnostic in diagnostics)
            {
                await log.SayAsync(diagnostic.Severity == Severity.Error ? LogKind.Error : LogKind.Warning, diagnostic.ToString()).ConfigureAwait(false);
            }

            if (action is null)
            {
                return (null, $"The action './{written}' is not valid.");
            }

            return action.Unsupported.FirstOrDefault(static part => part.Step is null) is { } whole
                ? (null, whole.Diagnostic.ToString())
                : (action with { Steps = [.. action.Steps.Select(step => Barring.Bar(step, action.Unsupported))] }, null);
        }

        return (null, $"There is no action.yml in './{written}' of the workspace.");
    }

    private static async ValueTask<ObjectValue> InputsAsync(
        CompositeAction action, StepAction.LocalAction call, LiveJob live, EvaluationScope scope, StepLog log)
    {
        var given = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, value) in call.With)
        {
            given[name] = await live.EvaluateAsync(value.Value.Text, () => value.Value.EvaluateText(scope)).ConfigureAwait(false);
            if (!action.Inputs.Any(i => i.Name.Equals(name, StringComparison.OrdinalIgnoreCase)))
            {
                var nearest = Suggestion.Nearest(name, action.Inputs.Select(i => i.Name));
                var hint = nearest is null ? "" : $" Did you mean '{nearest}'?";
                await log.SayAsync(LogKind.Warning, $"'./{call.Path}' has no input '{name}'.{hint}").ConfigureAwait(false);
            }
        }

        foreach (var input in action.Inputs)
        {
            if (given.ContainsKey(input.Name))
            {
                if (input.DeprecationMessage is { } message)
                {
                    await log.SayAsync(LogKind.Warning, $"The input '{input.Name}' is deprecated: {message}").ConfigureAwait(false);
                }

                continue;
            }

            if (input is { Required: true, Default: null })
            {
                await log.SayAsync(LogKind.Warning, $"The input '{input.Name}' of './{call.Path}' is required and has no value.").ConfigureAwait(false);
            }

            given[input.Name] = input.Default?.EvaluateText(scope) ?? "";
        }

        return ContextValues.OfTexts(given);
    }
}
