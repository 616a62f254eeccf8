using System.Runtime.CompilerServices;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Execution.Actions;
using Strata.Execution.Caches;
using Strata.Execution.Contexts;
using Strata.Execution.Events;
using Strata.Execution.Images;
using Strata.Execution.Reporting;
using Strata.Execution.Scheduling;
using Strata.Execution.Sources;
using Strata.Execution.Steps;
using Strata.Images;
using Strata.Images.Building;
using Strata.Sandbox;
using Strata.Sandbox.Scripts;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Jobs;

/// <summary>One job from its image to its outputs.</summary>
internal sealed class JobRunner(RunServices run, JobInstance instance, JobCancellation cancellation)
{
    private const double TimeoutMinutesDefault = 360; // GitHub's

    private readonly JobEvents _events = new(run, instance.DisplayName);
    private readonly List<StepReport> _steps = [];
    private readonly long _started = run.Time.GetTimestamp();
    private SelectedImage? _image;
    private ResolvedImage? _resolved;
    private TimeSpan? _sandboxStart;
    private JobStores? _stores;
    private Task<ISandbox>? _starting; // until it is in use
    private IReadOnlyList<CacheReport> _unusable = [];
    private string? _noStores; // why
    private bool _isSaving; // the sandbox and _stores are let go of when all is saved

    /// <exception cref="EnvironmentException">The machine failed; the job's end has been told.</exception>
    public async Task<JobOutcome> RunAsync()
    {
        try
        {
            var scope = JobContexts.Of(run.Facts, instance);
            (_image, var problems) = run.Selection.Select(instance.Job, scope);
            if (_image is null)
            {
                await _events.StartedAsync("none").ConfigureAwait(false);
                return await EndAsync(RunStatus.Failure, JobReports.Text(problems)).ConfigureAwait(false);
            }

            await _events.StartedAsync(_image.ToString()).ConfigureAwait(false);
            if (Barring.WhyNot(instance.Job, instance.Vector) is { } unsupported)
            {
                return await EndAsync(RunStatus.Failure, unsupported).ConfigureAwait(false);
            }

            if (instance.Job.Network && run.Host.FindNetworkProblem() is { } problem)
            {
                return await EndAsync(RunStatus.Failure, problem.ToString()).ConfigureAwait(false); // this job's alone, and known before its image is made
            }

            return await RunInSandboxAsync(_image, scope).ConfigureAwait(false);
        }
        catch (ExpressionException e)
        {
            return await EndAsync(RunStatus.Failure, $"the job cannot be evaluated: {e.Message}").ConfigureAwait(false);
        }
        catch (UserErrorException e)
        {
            await SayAllAsync(e.Diagnostics).ConfigureAwait(false);
            return await EndAsync(RunStatus.Failure, e.Message).ConfigureAwait(false);
        }
        catch (EnvironmentException e) when (cancellation.Reason is CancelReason.Run)
        {
            await _events.SayAsync(LogKind.Warning, e.Message).ConfigureAwait(false); // Ctrl-C reaches helpers that share the terminal too: their failure is the cancel's doing
            return await EndCancelledAsync().ConfigureAwait(false);
        }
        catch (EnvironmentException e)
        {
            await EndAsync(RunStatus.Failure, e.Message).ConfigureAwait(false);
            throw;
        }
        catch (OperationCanceledException) when (cancellation.Requested.IsCancellationRequested)
        {
            return await EndCancelledAsync().ConfigureAwait(false);
        }
        finally
        {
            try
            {
                await GiveUpStartAsync().ConfigureAwait(false);
            }
            finally
            {
                if (_stores is not null && !_isSaving)
                {
                    await _stores.TryRecordAsync().ConfigureAwait(false);
                    await _stores.DisposeAsync().ConfigureAwait(false); // after the end was recorded: an attempt that is given up before it is found lost
                }
            }
        }
    }

    private async Task<JobOutcome> RunInSandboxAsync(SelectedImage image, EvaluationScope scope)
    {
        var capture = run.Workspace.Value.WaitAsync(cancellation.Requested); // goes on while the image is looked for
        var steps = LocalActions.StepsOf(instance.Job, run.WorkspaceDirectory);
        var needsStores = JobStores.AreNeededBy(instance.Job, steps);
        if (needsStores)
        {
            run.Entries.Prepare(cancellation.Requested); // so does this
        }

        _resolved = await run.Images.ResolveAsync(image.Recipe, NewBuildContext(), cancellation.Requested).ConfigureAwait(false);
        var config = _resolved.Config;
        var workspace = await capture.ConfigureAwait(false);
        if (!needsStores)
        {
            return await RunInSandboxAsync(image, _resolved, workspace, scope).ConfigureAwait(false);
        }

        if (instance.Job.Caches.Count == 0 && instance.Job.ArtifactsFrom.Count == 0)
        {
            StartSandbox(_resolved.Lowers, workspace.Lowers, workspace); // nothing comes on them
        }

        try
        {
            _stores = await JobStores.OpenAsync(run, instance, _resolved, workspace, _events, cancellation.Requested).ConfigureAwait(false);
        }
        catch (EnvironmentException e) when (JobStores.AreOnlyForCaches(instance.Job, steps))
        {
            _noStores = e.Message;
            _unusable = JobReports.Unusable(instance.Job, e.Message); // a failing cache slows a job, it never fails it
            await _events.SayAsync(LogKind.Warning, $"The job runs without its caches: {e.Message}").ConfigureAwait(false);
            if (!JobStores.HasHermetic(steps))
            {
                return await RunInSandboxAsync(image, _resolved, workspace, scope).ConfigureAwait(false);
            }

            _stores = await JobStores.OpenUnrecordedAsync(run, instance, _resolved, workspace, _events, e.Message, cancellation.Requested).ConfigureAwait(false);
        }

        if (_stores is null)
        {
            return await EndAsync(RunStatus.Failure, $"the image has no user '{config.User}'.").ConfigureAwait(false);
        }

        var env = JobContexts.Env(run.Facts, instance, image.ContainerEnv, scope);
        var refused = await _stores.RestoreAsync(scope.With(("env", ContextValues.OfTexts(env))), cancellation.Requested).ConfigureAwait(false);
        if (refused is null)
        {
            return await RunInSandboxAsync(image, _resolved, workspace, scope).ConfigureAwait(false);
        }

        _stores.LeaveCaches("the job did not start");
        await _stores.SaveAsync(RunStatus.Failure, TimeSpan.Zero, null, cancellation.Hard).ConfigureAwait(false);
        return await EndAsync(RunStatus.Failure, refused).ConfigureAwait(false);
    }

    private async Task<JobOutcome> RunInSandboxAsync(SelectedImage image, ResolvedImage resolved, CapturedWorkspace workspace, EvaluationScope scope)
    {
        var config = resolved.Config;
        if (_starting is null)
        {
            StartSandbox(_stores?.Trees.RootLowers ?? resolved.Lowers, _stores?.Trees.WorkspaceLowers ?? workspace.Lowers, workspace);
        }

        var foreseeing = _stores?.Hermetic.ForeseeAsync([.. instance.Job.Steps.Select(static step => (step.Action as StepAction.Run)?.Cache).OfType<StepCache>()]) ?? Task.CompletedTask;
        _ = PreloadAsync(foreseeing, NewReport(RunStatus.Skipped, null)); // starting a sandbox is another program's work
        var sandbox = await _starting!.ConfigureAwait(false);
        _starting = null;
        try
        {
            _sandboxStart = sandbox.StartDuration;
            await run.SayNoticesAsync().ConfigureAwait(false);
            cancellation.StartTimeout(Timeout(scope));
            await WriteEventFileAsync(sandbox).ConfigureAwait(false);
            if (await JobUser.FindAsync(config.User, sandbox, cancellation.Hard).ConfigureAwait(false) is not { } user)
            {
                return await EndAsync(RunStatus.Failure, $"the image has no user '{config.User}'.").ConfigureAwait(false);
            }

            var live = NewLiveJob(sandbox, config, user, scope, image);
            var outcome = await RunStepsAsync(live).ConfigureAwait(false);
            if (_stores is null)
            {
                return outcome;
            }

            _isSaving = true;
            var saving = Task.Run(() => SaveAsync(_stores, outcome.Report.Status, sandbox), CancellationToken.None);
            run.Entries.AddSaving(_stores.CacheNames, saving);
            return outcome with { Saving = saving };
        }
        finally
        {
            if (!_isSaving)
            {
                await sandbox.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>While others go on.</summary>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<IReadOnlyList<CacheReport>> SaveAsync(JobStores stores, RunStatus status, ISandbox sandbox)
    {
        try
        {
            var work = TimeSpan.FromMilliseconds(_steps.Sum(static step => step.DurationMs));
            var isCancelled = cancellation.Reason is CancelReason.Run;
            if (isCancelled)
            {
                stores.LeaveCaches(CacheSaving.Cancelled);
            }

            await stores.SaveAsync(status, work, isCancelled ? null : sandbox, run.Stop).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (run.Stop.IsCancellationRequested)
        {
        }
        catch (EnvironmentException e)
        {
            await _events.SayAsync(LogKind.Warning, $"What became of the caches could not be recorded: {e.Message}").ConfigureAwait(false);
        }
        finally
        {
            await sandbox.DisposeAsync().ConfigureAwait(false);
            await stores.DisposeAsync().ConfigureAwait(false);
        }

        return stores.CacheReports;
    }

    private async Task<JobOutcome> RunStepsAsync(LiveJob live)
    {
        var frame = new StepFrame
        {
            Live = live,
            GitHub = live.GitHub,
            Inputs = run.Facts.Inputs,
            Defaults = [instance.Job.Defaults, run.Facts.Workflow.Defaults],
        };
        var logs = Path.GetDirectoryName(live.SummaryFile)!;
        StepResult? firstFailure = null;
        foreach (var step in instance.Job.Steps)
        {
            var narrator = new JobNarrator(run, instance.DisplayName, step.Index, logs);
            await using (narrator.ConfigureAwait(false))
            {
                var result = await StepRunner.RunAsync(Barring.Bar(step, instance.Job.Unsupported), frame, narrator, CancellationToken.None).ConfigureAwait(false);
                _steps.Add(JobReports.Of(result, run.Masker));
                if (result.Conclusion == RunStatus.Failure && firstFailure is null)
                {
                    firstFailure = result;
                    await OpenShellAsync(live).ConfigureAwait(false);
                }
            }
        }

        return await EndAfterStepsAsync(live, frame, firstFailure).ConfigureAwait(false);
    }

    private async Task<JobOutcome> EndAfterStepsAsync(LiveJob live, StepFrame frame, StepResult? firstFailure)
    {
        var outputs = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var scope = frame.ScopeBefore("");
        foreach (var output in instance.Job.Outputs)
        {
            var value = await live.EvaluateAsync(output.Value.Text, () => output.Value.EvaluateText(scope)).ConfigureAwait(false);
            if (run.Masker.ContainsSecret(value))
            {
                await _events.SayAsync(LogKind.Warning, $"The output '{output.Name}' is dropped: it contains a secret.").ConfigureAwait(false);
            }
            else if (value.Length > 0)
            {
                outputs[output.Name] = value;
            }
        }

        var (status, reason) = cancellation.Reason is { } cancelled ? (RunStatus.Cancelled, JobReports.CancelText(cancelled))
            : firstFailure is { } failed ? (RunStatus.Failure, JobReports.FailedText(failed))
            : (RunStatus.Success, null);
        if (status is not RunStatus.Cancelled && run.Quota.Take(outputs) is { } refused)
        {
            outputs.Clear(); // a job that runs whatever became of this one would get them
            (status, reason) = (RunStatus.Failure, reason is null ? refused : $"{reason}; {refused}");
        }

        if (_stores is not null)
        {
            await live.Sandbox.FreezeAsync().ConfigureAwait(false); // what is left running must not write meanwhile
            (status, reason) = await PublishAsync(_stores, status, reason, scope, live.Sandbox).ConfigureAwait(false);
        }

        return await EndAsync(status, reason, status is RunStatus.Cancelled ? null : outputs).ConfigureAwait(false);
    }

    /// <summary>A cancel ends publishing too, unless it came before: what is published always then has the time for cleaning up.</summary>
    private async Task<(RunStatus Status, string? Reason)> PublishAsync(JobStores stores, RunStatus status, string? reason, EvaluationScope scope, ISandbox sandbox)
    {
        try
        {
            var unpublished = await stores.PublishAsync(status, scope, sandbox, status is RunStatus.Cancelled ? cancellation.Hard : cancellation.Requested).ConfigureAwait(false);
            return unpublished is null ? (status, reason)
                : status is RunStatus.Success ? (RunStatus.Failure, unpublished)
                : (status, $"{reason}; {unpublished}");
        }
        catch (OperationCanceledException) when (cancellation.Reason is not null)
        {
            return (RunStatus.Cancelled, JobReports.CancelText(cancellation.Reason.Value));
        }
    }

    private BuildContext NewBuildContext() => new()
    {
        Identity = run.Facts.Identity,
        Producer = new(run.Facts.RunId, instance.DisplayName, Attempt: 1),
        Secrets = run.Secrets,
        Site = run.Site,
        OpenHost = _ => new(run.Host),
        OpenWorkspace = async cancellationToken => (await run.Workspace.Value.WaitAsync(cancellationToken).ConfigureAwait(false)).Layer,
        Workspace = run.WorkspaceDirectory,
        Observer = new ImageNarrator(_events.Progress, run.Explain),
        Mask = run.Masker.MaskText,
    };

    private LiveJob NewLiveJob(ISandbox sandbox, ImageConfig config, ImageUser user, EvaluationScope scope, SelectedImage image) => new()
    {
        Facts = run.Facts,
        Job = instance.Job,
        Sandbox = sandbox,
        Cancellation = cancellation,
        Masker = run.Masker,
        Hasher = run.Hasher,
        Time = run.Time,
        User = user,
        SiteEnv = run.Site ? run.Host.SiteEnvironment : new Dictionary<string, string>(),
        ImageEnv = config.Environment,
        Actions = _stores ?? (IStepActions)new WithoutStores(_noStores),
        Hermetic = _stores?.Hermetic,
        ImageName = image.Name,
        Contexts = scope,
        GitHub = JobContexts.GitHub(run.Facts, instance.Job.Id),
        Env = WithPresets(JobContexts.Env(run.Facts, instance, image.ContainerEnv, scope)),
        SummaryFile = Path.Combine(run.Directory.CreateJobDirectory(instance.DisplayName), "summary.md"),
    };

    private Dictionary<string, string> WithPresets(Dictionary<string, string> env)
    {
        foreach (var (name, value) in _stores?.Env ?? new Dictionary<string, string>())
        {
            env.TryAdd(name, value);
        }

        return env;
    }

    private TimeSpan Timeout(EvaluationScope scope) =>
        StepRunner.Minutes(instance.Job.TimeoutMinutes, scope) ?? TimeSpan.FromMinutes(TimeoutMinutesDefault);

    private async ValueTask WriteEventFileAsync(ISandbox sandbox)
    {
        var path = Path.Combine(sandbox.ExchangeDirectory, Path.GetFileName(GitHubContext.EventPath));
        await File.WriteAllTextAsync(path, run.Facts.EventPayload.ToJsonString(), cancellation.Hard).ConfigureAwait(false);
        File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
    }

    private async ValueTask OpenShellAsync(LiveJob live)
    {
        if (!run.ShellOnFailure || live.LastExec is not { } last || cancellation.Requested.IsCancellationRequested)
        {
            return;
        }

        await _events.SayAsync(LogKind.Progress, "A shell as the failed step had it; 'exit' goes on with the job.").ConfigureAwait(false);
        await run.Events.TakeTerminalAsync(true).ConfigureAwait(false);
        try
        {
            var shell = await Shell.HasBashAsync(live.Sandbox, cancellation.Hard).ConfigureAwait(false) ? "bash" : "sh";
            await live.Sandbox.ExecAsync(last with { Arguments = [shell], Interactive = true }, NoOutput.Instance, cancellation.Requested)
                .ConfigureAwait(false);
        }
        finally
        {
            await run.Events.TakeTerminalAsync(false).ConfigureAwait(false);
        }
    }

    private async ValueTask SayAllAsync(IReadOnlyList<Diagnostic> diagnostics)
    {
        foreach (var diagnostic in diagnostics)
        {
            await _events.SayAsync(LogKind.Error, diagnostic.ToString()).ConfigureAwait(false);
        }
    }

    private Task<JobOutcome> EndCancelledAsync()
    {
        _stores?.LeaveCaches(CacheSaving.Cancelled);
        return EndAsync(RunStatus.Cancelled, JobReports.CancelText(cancellation.Reason ?? CancelReason.Run));
    }

    private async Task<JobOutcome> EndAsync(RunStatus status, string? reason, IReadOnlyDictionary<string, string>? outputs = null)
    {
        var report = NewReport(status, reason);
        if (_stores is not null)
        {
            await _stores.TryEndAsync(status, report.Reason).ConfigureAwait(false);
        }

        await _events.EndedAsync(report).ConfigureAwait(false);
        return new(report, outputs ?? new Dictionary<string, string>(), Origin());
    }

    private void StartSandbox(IReadOnlyList<SandboxTree> root, IReadOnlyList<SandboxTree> files, CapturedWorkspace workspace)
    {
        var resources = instance.Job.Resources;
        _starting = run.Host.StartAsync(
            new SandboxSpec
            {
                Name = History.RunDirectory.FileName(instance.DisplayName).Replace('_', '-').Replace('.', '-'),
                RootLowers = root,
                WorkspaceLowers = files,
                Binds = workspace.Binds,
                Network = instance.Job.Network,
                Limits = new(resources.Cpu, resources.Memory, resources.Pids, resources.Disk),
                Site = run.Site,
            },
            cancellation.Requested).AsTask();
    }

    /// <summary>Of a job that ends before it is in its sandbox: nothing has run there.</summary>
    private async Task GiveUpStartAsync()
    {
        if (_starting is not { } starting)
        {
            return;
        }

        await ((Task)starting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // if it failed nothing is left, and the job ends for a reason of its own or for this
        if (starting.IsCompletedSuccessfully)
        {
            await (await starting.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>What is needed at the end of the job comes last.</summary>
    private static async Task PreloadAsync(Task first, JobReport report)
    {
        await first.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ReportWriter.Preload(report);
    }

    private JobOrigin Origin() =>
        _stores?.Origin ?? JobStores.OriginWithout(run, instance, _resolved);

    private JobReport NewReport(RunStatus status, string? reason) => new()
    {
        Id = instance.Job.Id,
        Name = instance.DisplayName,
        Matrix = JobReports.Matrix(instance),
        Status = status,
        Reason = reason is null ? null : run.Masker.MaskText(reason),
        ContinuedOnError = status is RunStatus.Failure && instance.ContinueOnError,
        Attempt = 1,
        DurationMs = (long)run.Time.GetElapsedTime(_started).TotalMilliseconds,
        SandboxStartMs = _sandboxStart is { } start ? (long)start.TotalMilliseconds : null,
        Image = _image is null || _resolved is null ? null : JobReports.Of(_image, _resolved),
        Steps = [.. _steps, .. JobReports.NotRunSteps(instance.Job.Steps, _steps.Count, status == RunStatus.Cancelled ? RunStatus.Cancelled : RunStatus.Skipped)],
        Artifacts = _stores?.Artifacts ?? [],
        Caches = _stores?.CacheReports ?? _unusable,
    };

    private sealed class NoOutput : IExecOutput
    {
        public static NoOutput Instance { get; } = new();

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
