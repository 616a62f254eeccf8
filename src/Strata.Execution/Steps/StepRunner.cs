using Strata.Execution.Contexts;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Reporting;
using Strata.Execution.Scheduling;
using Strata.Sandbox;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Steps;

/// <summary>
/// One step from its condition to its effects, in the order of GitHub's runner: its env, then its if with that env, then the work,
/// then continue-on-error.
/// </summary>
internal static class StepRunner
{
    /// <param name="outer">Of the calling step in an action; it can end this step whatever its condition says.</param>
    public static async Task<StepResult> RunAsync(Step step, StepFrame frame, IStepNarrator narrator, CancellationToken outer)
    {
        var live = frame.Live;
        var started = live.Time.GetTimestamp();
        var actionName = ActionName(step);
        var scope = frame.ScopeBefore(actionName);
        var env = new Dictionary<string, string>(StringComparer.Ordinal);
        var (run, failure) = (false, (string?)null);
        try
        {
            foreach (var variable in step.Env)
            {
                env[variable.Name] = await live.EvaluateAsync(variable.Value.Text, () => variable.Value.EvaluateText(scope)).ConfigureAwait(false);
            }

            env = frame.EnvWith(env);
            scope = scope.With(("env", ContextValues.OfTexts(env)));
            run = await live.EvaluateAsync(step.If.Text, () => step.If.Evaluate(scope)).ConfigureAwait(false);
        }
        catch (ExpressionException e)
        {
            failure = $"The step's env or if cannot be evaluated: {e.Message}";
        }

        var (name, writtenName) = DisplayName(step, scope);
        if (failure is null && !run)
        {
            return await EndAsync(new(name, writtenName, RunStatus.Skipped, RunStatus.Skipped, null, TimeSpan.Zero, SkipReason(step, frame), NoOutputs))
                .ConfigureAwait(false);
        }

        var log = await narrator.StartAsync(name).ConfigureAwait(false);
        var outcome = failure is null
            ? await WorkAsync(new(step, frame, scope, env, log), actionName, outer).ConfigureAwait(false)
            : StepOutcome.Failed(failure);
        Apply(outcome, live);
        var conclusion = outcome.Status == RunStatus.Failure && ContinuesOnError(step, scope) ? RunStatus.Success : outcome.Status;
        return await EndAsync(new(
            name, writtenName, outcome.Status, conclusion, outcome.ExitCode, live.Time.GetElapsedTime(started), outcome.Reason, outcome.Effects.Outputs) { Cache = outcome.Cache })
            .ConfigureAwait(false);

        async ValueTask<StepResult> EndAsync(StepResult result)
        {
            frame.Add(step.Id, result);
            await narrator.EndAsync(result).ConfigureAwait(false);
            return result;
        }
    }

    private static readonly Dictionary<string, string> NoOutputs = [];

    private static async Task<StepOutcome> WorkAsync(Work work, string actionName, CancellationToken outer)
    {
        var live = work.Frame.Live;
        var cancellation = live.Cancellation;
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation.Hard, outer);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(ended.Token); // by its own time limit too
        TimeSpan? minutes = null;
        CancellationTokenSource? timeout = null;
        try
        {
            minutes = Minutes(work.Step.TimeoutMinutes, work.Scope);
            timeout = minutes is null ? null : new CancellationTokenSource(minutes.Value, live.Time);
            using var onTimeout = timeout?.Token.Register(stop.Cancel) ?? default;
            using var onCancel = cancellation.Requested.IsCancellationRequested
                ? default
                : cancellation.Requested.Register(() => StopUnlessWanted(work, actionName, ended));
            var outcome = await DispatchAsync(work, stop.Token, ended.Token).ConfigureAwait(false);
            return outcome.Status is RunStatus.Cancelled ? Ended(outcome) : outcome;
        }
        catch (ExpressionException e)
        {
            return StepOutcome.Failed($"The step cannot be evaluated: {e.Message}");
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return Ended(new(RunStatus.Cancelled, null, null, new())); // what is no command has no outcome of its own then
        }
        finally
        {
            timeout?.Dispose();
        }

        StepOutcome Ended(StepOutcome outcome) => timeout is { IsCancellationRequested: true }
            ? outcome with { Status = RunStatus.Failure, Reason = $"timed out after {minutes!.Value.TotalMinutes:0.##} min (timeout-minutes)" }
            : outcome with { Reason = WhyEnded(cancellation) };
    }

    private static string WhyEnded(JobCancellation cancellation) => cancellation.Reason switch
    {
        CancelReason.Timeout => $"the job's time-out of {cancellation.TimeLimit.TotalMinutes:0.##} min is over (timeout-minutes)",
        CancelReason.FailFast => "another combination of the matrix failed (fail-fast)",
        CancelReason.Run => "the run was cancelled",
        _ => "the step that called it has timed out",
    };

    /// <param name="ended">As <paramref name="cancellationToken"/>, but for the step's own time limit.</param>
    private static async Task<StepOutcome> DispatchAsync(Work work, CancellationToken cancellationToken, CancellationToken ended)
    {
        var (step, frame, scope, env, log) = work;
        switch (step.Action)
        {
            case StepAction.Run { Cache: { } cache } run when frame.Live.Hermetic is { } hermetic:
                var command = await RunStep.CommandAsync(step, run, cache, frame, scope, env).ConfigureAwait(false);
                return await hermetic.RunAsync(command, frame.Live, log, cancellationToken, ended).ConfigureAwait(false);
            case StepAction.Run run:
                return await RunStep.ExecuteAsync(run, frame, scope, env, log, cancellationToken).ConfigureAwait(false);
            case StepAction.LocalAction local:
                return await CompositeStep.ExecuteAsync(local, frame, scope, env, log, cancellationToken).ConfigureAwait(false);
            case StepAction.BuiltIn { Name: "checkout" }:
                await log.SayAsync(LogKind.Output, $"The source is already in {SandboxSpec.WorkspacePath}: nothing to check out.").ConfigureAwait(false);
                return Checkout(frame);
            case StepAction.BuiltIn builtIn:
                return await frame.Live.Actions.RunAsync(builtIn, step.Id ?? DisplayName(step, scope).Written, frame.Live, scope, log, cancellationToken).ConfigureAwait(false);
            case StepAction.Foreign foreign:
                return StepOutcome.Failed(foreign.Why ?? $"'{foreign.Reference}' cannot be run.");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static StepOutcome Checkout(StepFrame frame)
    {
        var outcome = StepOutcome.Succeeded();
        outcome.Effects.Outputs["ref"] = frame.Live.Facts.Identity.Ref;
        outcome.Effects.Outputs["commit"] = frame.Live.Facts.Identity.Commit ?? "";
        return outcome;
    }

    /// <summary>The job was cancelled while the step runs: its condition is asked again, as on GitHub.</summary>
    private static void StopUnlessWanted(Work work, string actionName, CancellationTokenSource stop)
    {
        var wanted = false;
        try
        {
            var scope = work.Frame.Scope(actionName, cancelled: true).With(("env", ContextValues.OfTexts(work.Env)));
            wanted = !EvaluationScope.ReadsFiles(work.Step.If.Text) && work.Step.If.Evaluate(scope);
        }
        catch (ExpressionException)
        {
            // Not wanted then.
        }

        if (!wanted)
        {
            stop.Cancel();
        }
    }

    private static void Apply(StepOutcome outcome, LiveJob live)
    {
        foreach (var (name, value) in outcome.Effects.Environment)
        {
            live.Env[name] = value;
        }

        foreach (var path in outcome.Effects.Paths)
        {
            live.Paths.Remove(path);
            live.Paths.Add(path);
        }
    }

    private static bool ContinuesOnError(Step step, EvaluationScope scope)
    {
        try
        {
            return step.ContinueOnError is { } setting && IsTrue(setting.Value.Evaluate(scope));
        }
        catch (ExpressionException)
        {
            return false;
        }
    }

    /// <summary>A setting written as text counts by its text: 'false' is false.</summary>
    internal static bool IsTrue(Value value) =>
        value.Kind == ValueKind.String ? value.ToText().Trim().Equals("true", StringComparison.OrdinalIgnoreCase) : value.IsTruthy;

    /// <returns>Null without a limit: absent, zero or negative.</returns>
    internal static TimeSpan? Minutes(Located<Template>? setting, EvaluationScope scope)
    {
        if (setting is null)
        {
            return null;
        }

        var minutes = setting.Value.Evaluate(scope).ToNumber();
        return double.IsNaN(minutes)
            ? throw new ExpressionException($"timeout-minutes is '{setting.Value.EvaluateText(scope)}', which is no number.")
            : minutes <= 0 ? null : TimeSpan.FromMinutes(Math.Min(minutes, 60 * 24 * 35));
    }

    private static (string Shown, string? Written) DisplayName(Step step, EvaluationScope scope)
    {
        string? written = null;
        try
        {
            written = step.Name is null || EvaluationScope.ReadsFiles(step.Name.Text) ? step.Name?.Text : step.Name.EvaluateText(scope);
        }
        catch (ExpressionException)
        {
            written = step.Name!.Text;
        }

        return (string.IsNullOrWhiteSpace(written) ? StepNames.Of(step) : written, written);
    }

    private static string ActionName(Step step) => step.Id ?? (step.Action is StepAction.Run ? "__run" : $"__{StepNames.Of(step)}");

    private static string SkipReason(Step step, StepFrame frame)
    {
        if (!step.If.DecidesAfterFailure)
        {
            if (frame.Live.Cancellation.Requested.IsCancellationRequested)
            {
                return "the job was cancelled";
            }

            if (frame.SoFar == RunStatus.Failure)
            {
                return "an earlier step failed";
            }
        }

        return $"if: {step.If.Text} is false";
    }

    /// <summary>A step whose condition holds.</summary>
    /// <param name="Scope">What its expressions see.</param>
    /// <param name="Env">Of the job, and its own over it.</param>
    private sealed record Work(Step Step, StepFrame Frame, EvaluationScope Scope, Dictionary<string, string> Env, StepLog Log);
}
