using Strata.Execution.Commands;
using Strata.Execution.Contexts;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Reporting;
using Strata.Sandbox;
using Strata.Sandbox.Scripts;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Steps;

/// <summary>Runs one <c>run:</c> in the sandbox.</summary>
internal static class RunStep
{
    /// <param name="env">The step's env context.</param>
    /// <param name="cancellationToken">Ends the command.</param>
    public static async Task<StepOutcome> ExecuteAsync(
        StepAction.Run run,
        StepFrame frame,
        EvaluationScope scope,
        IReadOnlyDictionary<string, string> env,
        StepLog log,
        CancellationToken cancellationToken)
    {
        var live = frame.Live;
        var texts = await EvaluateAsync(run, frame, scope).ConfigureAwait(false);
        var shell = string.IsNullOrWhiteSpace(texts.Shell)
            ? await Shell.DefaultAsync(live.Sandbox, live.Cancellation.Hard).ConfigureAwait(false)
            : Shell.Parse(texts.Shell);
        if (shell is null)
        {
            return NoShell(texts.Shell!);
        }

        var effects = new StepEffects();
        using var files = new StepFileSet(live.Sandbox, texts.Script, shell.Extension);
        var github = (ObjectValue)scope.GetContext("github");
        var spec = new ExecSpec
        {
            Arguments = shell.CommandFor(files.ScriptPath),
            Environment = StepEnvironment.Build(live, github, env, files),
            WorkingDirectory = DirectoryOf(texts.Directory),
            UserId = live.User.UserId,
            GroupId = live.User.GroupId,
        };
        live.LastExec = spec;
        log.Commands = new CommandInterpreter(live.Masker, effects, AllowsUnsecure(env), live.Facts.Debug);
        var outcome = await live.Sandbox.ExecAsync(spec, log, cancellationToken).ConfigureAwait(false);
        await log.EndOutputAsync().ConfigureAwait(false);
        log.Commands = null;
        await ReadFilesAsync(files, live, effects, log).ConfigureAwait(false);
        return Judge(outcome, effects, log, live, spec);
    }

    /// <summary>What a step with <c>cache:</c> is to do.</summary>
    /// <param name="env">The step's env context.</param>
    public static async Task<HermeticCommand> CommandAsync(
        Step step, StepAction.Run run, StepCache cache, StepFrame frame, EvaluationScope scope, IReadOnlyDictionary<string, string> env)
    {
        var texts = await EvaluateAsync(run, frame, scope).ConfigureAwait(false);
        var seen = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var variable in step.Env.Select(static variable => variable.Name).Concat(cache.Env.Select(static listed => listed.Value)))
        {
            if (env.TryGetValue(variable, out var value) && !ReservedVariables.IsRunnerOwned(variable))
            {
                seen[variable] = value;
            }
        }

        return new(
            StepNames.InCaches(step, frame.Live.Job), step.Id, step.Name?.Text ?? StepNames.Of(step), cache, texts.Script,
            string.IsNullOrWhiteSpace(texts.Shell) ? null : texts.Shell, DirectoryOf(texts.Directory), seen);
    }

    public static StepOutcome NoShell(string shell) =>
        StepOutcome.Failed($"'{shell}' is no shell: write bash, sh, python, or a command with {{0}} for the script's path.");

    private static ValueTask<(string Script, string? Shell, string? Directory)> EvaluateAsync(StepAction.Run run, StepFrame frame, EvaluationScope scope)
    {
        var (shell, directory) = (Default(run.Shell, frame, d => d.Shell), Default(run.WorkingDirectory, frame, d => d.WorkingDirectory));
        return frame.Live.EvaluateAsync(
            $"{run.Script.Value.Text}{shell?.Text}{directory?.Text}",
            () => (run.Script.Value.EvaluateText(scope), shell?.EvaluateText(scope), directory?.EvaluateText(scope)));
    }

    public static StepOutcome Judge(ExecOutcome outcome, StepEffects effects, StepLog log, LiveJob live, ExecSpec spec)
    {
        if (outcome.End != ExecEnd.Exited)
        {
            return new(RunStatus.Cancelled, outcome.ExitCode, null, effects); // why, the runner of steps knows
        }

        if (outcome.ExitCode != 0 || outcome.StartError is not null)
        {
            var code = outcome.ExitCode == 0 ? 126 : outcome.ExitCode;
            var reason = FailureHints.Reason(outcome, log.Hints, live, spec);
            return new(RunStatus.Failure, code, WithDirectory(reason, outcome, spec), effects);
        }

        return effects.Failure is { } failure ? new(RunStatus.Failure, 0, failure, effects) : new(RunStatus.Success, 0, null, effects);
    }

    private static string WithDirectory(string reason, ExecOutcome outcome, ExecSpec spec) =>
        outcome.StartError is not null && spec.WorkingDirectory != SandboxSpec.WorkspacePath
            ? $"{reason} (in {spec.WorkingDirectory})"
            : reason;

    private static async ValueTask ReadFilesAsync(StepFileSet files, LiveJob live, StepEffects effects, StepLog log)
    {
        var (warnings, summary) = await files.ReadAsync(live.Sandbox, effects, live.Cancellation.Hard).ConfigureAwait(false);
        foreach (var warning in warnings)
        {
            await log.SayAsync(LogKind.Warning, warning).ConfigureAwait(false);
        }

        if (summary is not null)
        {
            await live.AddSummaryAsync(live.Masker.MaskText(summary)).ConfigureAwait(false);
        }
    }

    private static Template? Default(Located<Template>? own, StepFrame frame, Func<RunDefaults, Located<Template>?> part) =>
        (own ?? frame.Defaults.Select(part).FirstOrDefault(d => d is not null))?.Value;

    private static string DirectoryOf(string? directory) => string.IsNullOrWhiteSpace(directory)
        ? SandboxSpec.WorkspacePath
        : Path.GetFullPath(directory.Trim(), SandboxSpec.WorkspacePath);

    private static bool AllowsUnsecure(IReadOnlyDictionary<string, string> env) =>
        env.TryGetValue(CommandInterpreter.AllowUnsecureVariable, out var value) && value.Equals("true", StringComparison.OrdinalIgnoreCase);
}
