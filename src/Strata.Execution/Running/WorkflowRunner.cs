using System.Runtime.CompilerServices;
using Strata.Core.Diagnostics;
using Strata.Core.Secrets;
using Strata.Core.Tasks;
using Strata.Execution.Contexts;
using Strata.Execution.Entries;
using Strata.Execution.Events;
using Strata.Execution.Hermetic;
using Strata.Execution.History;
using Strata.Execution.Jobs;
using Strata.Execution.Masking;
using Strata.Execution.Reporting;
using Strata.Execution.Sources;
using Strata.Layers.Sources;

namespace Strata.Execution.Running;

/// <inheritdoc cref="IWorkflowRunner"/>
public sealed class WorkflowRunner(ExecutionServices services) : IWorkflowRunner
{
    public IReadOnlyList<Diagnostic> Check(RunRequest request) =>
        request.ShellOnFailure && !services.IsTerminal() ? [.. RunCheck.Check(request), ExecutionDiagnostics.NoTerminal()] : RunCheck.Check(request);

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<RunReport> RunAsync(RunRequest request, IRunObserver observer, CancellationToken cancellationToken)
    {
        var problems = Check(request);
        if (problems.Any(p => p.Severity == Severity.Error))
        {
            throw new UserErrorException(problems);
        }

        var startedAt = services.Time.GetUtcNow();
        var started = services.Time.GetTimestamp();
        using var directory = RunDirectory.Create(request.DataDirectory, startedAt);
        var events = new EventPump(observer);
        await using (events.ConfigureAwait(false))
        {
            var facts = RunFactsOf.Request(request, directory.Id, directory.Number, services.Actor);
            var masker = await NewMaskerAsync(request, events).ConfigureAwait(false);
            var (jobs, _) = SelectedJobs.Of(request.Workflow, request.Selection);
            await PublishStartAsync(events, facts, jobs.Select(j => j.Id), startedAt).ConfigureAwait(false);
            var pruned = Task.Run(() => RunRetention.Prune(request.DataDirectory, RunRetention.Kept), CancellationToken.None); // while the jobs run
            var verification = new HitVerification(request.CachesOff is null ? request.VerifyShare : 0, request.VerifyStrict);
            var (reports, loop) = await RunJobsAsync(request, facts, directory, events, masker, verification, jobs, cancellationToken).ConfigureAwait(false);
            var durationMs = (long)services.Time.GetElapsedTime(started).TotalMilliseconds;
            var report = NewReport(facts, startedAt, durationMs, reports, Verdict(reports, loop, verification, cancellationToken.IsCancellationRequested), loop, verification);
            await SaveAsync(report, directory).ConfigureAwait(false);
            await events.PublishAsync(new RunEnded { At = services.Time.GetUtcNow(), RunId = facts.RunId, Report = report }).ConfigureAwait(false);
            await pruned.ConfigureAwait(false);
            return report;
        }
    }

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<(IReadOnlyList<JobReport> Reports, RunLoop Loop)> RunJobsAsync(
        RunRequest request,
        RunFacts facts,
        RunDirectory directory,
        EventPump events,
        SecretMasker masker,
        HitVerification verification,
        IReadOnlyList<Workflows.Model.Job> jobs,
        CancellationToken cancellationToken)
    {
        // Opened without the token: a cancel during it would leave no report; jobs see the cancel at once.
        var host = await services.OpenHost(CancellationToken.None).ConfigureAwait(false);
        var images = services.OpenImages();
        await using var closed = images.ConfigureAwait(false);
        var entries = new RunEntries(() => services.OpenEntries(request.Identity, host.TreeOwnerShift), facts, stop => IsDirtyAsync(request, stop));
        await using var left = entries.ConfigureAwait(false);
        using var capturing = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var run = new RunServices
        {
            Facts = facts,
            Host = host,
            Entries = entries,
            Images = images,
            Secrets = request.Secrets,
            WorkspaceDirectory = request.WorkspaceDirectory,
            Explain = request.Explain,
            Stop = cancellationToken,
            CachesOff = request.CachesOff,
            SuggestInputs = request.SuggestInputs,
            IsPresetActive = request.IsPresetActive,
            Verification = verification,
            Selection = new(request.Workflow, request.RunnerImages, request.WorkspaceDirectory, request.Lock),
            Hasher = services.Hasher,
            Workspace = new(() => Task.Run(() => CaptureAsync(request, host.TreeOwnerShift, events, capturing.Token), CancellationToken.None)),
            Masker = masker,
            Events = events,
            Directory = directory,
            Quota = new(),
            Time = services.Time,
            Site = request.Site,
            ShellOnFailure = request.ShellOnFailure && services.IsTerminal(),
        };
        try
        {
            if (jobs.Any(static job => job.Needs.Count == 0 && job.If.Text.Length == 0))
            {
                _ = run.Workspace.Value; // a job will start: its files are read while its contexts are made
            }

            var loop = new RunLoop(run, jobs, request.Selection.Matrix, request.MaxParallel, cancellationToken);
            var reports = await loop.RunAsync().ConfigureAwait(false);
            var (status, reason) = Verdict(reports, loop, verification, cancellationToken.IsCancellationRequested);
            await entries.TryEndAsync(status, reason).ConfigureAwait(false);
            await entries.TryCountImagesAsync(reports).ConfigureAwait(false);
            return (entries.WithRemoved(reports), loop);
        }
        finally
        {
            await capturing.CancelAsync().ConfigureAwait(false);
            if (run.Workspace.IsValueCreated)
            {
                await ((Task)run.Workspace.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // who needed it was told
            }
        }
    }

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<CapturedWorkspace> CaptureAsync(RunRequest request, int ownerShift, EventPump events, CancellationToken cancellationToken)
    {
        var workspace = await services.Source.CaptureAsync(
            request.WorkspaceDirectory, request.Identity.Organization, ownerShift, cancellationToken).ConfigureAwait(false);
        foreach (var diagnostic in workspace.Diagnostics)
        {
            await events.PublishAsync(diagnostic).ConfigureAwait(false);
        }

        return workspace;
    }

    /// <summary>Where nobody can tell, the commit alone says nothing.</summary>
    private static async Task<bool> IsDirtyAsync(RunRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await SourceChanges.AnyAsync(request.WorkspaceDirectory, cancellationToken).ConfigureAwait(false);
        }
        catch (EnvironmentException)
        {
            return true;
        }
    }

    private static async ValueTask<SecretMasker> NewMaskerAsync(RunRequest request, EventPump events)
    {
        var masker = new SecretMasker();
        var values = new List<string>(request.Secrets.Count);
        foreach (var (name, value) in request.Secrets)
        {
            if (name == "ACTIONS_STEP_DEBUG")
            {
                continue;
            }

            values.Add(value);
            if (value.Length > 0 && SecretForms.Of(value).Count == 0)
            {
                await events.PublishAsync(ExecutionDiagnostics.ShortSecret(name)).ConfigureAwait(false);
            }
        }

        masker.Add([.. values]);
        return masker;
    }

    private static ValueTask PublishStartAsync(EventPump events, RunFacts facts, IEnumerable<string> jobs, DateTimeOffset at) =>
        events.PublishAsync(new RunStarted
        {
            At = at,
            RunId = facts.RunId,
            Workflow = facts.Workflow.Name,
            Repo = facts.Identity.FullRepository,
            Ref = facts.Identity.Ref,
            Jobs = [.. jobs],
        });

    private static RunReport NewReport(
        RunFacts facts, DateTimeOffset startedAt, long durationMs, IReadOnlyList<JobReport> jobs, (RunStatus Status, string? Reason) verdict, RunLoop loop, HitVerification verification) => new()
    {
        RunId = facts.RunId,
        Workflow = facts.Workflow.Name,
        Repo = facts.Identity.FullRepository,
        Ref = facts.Identity.Ref,
        Trust = GitHubContext.TrustName(facts.Identity.Trust),
        Status = verdict.Status,
        Reason = verdict.Reason,
        StartedAt = startedAt,
        DurationMs = durationMs,
        OverheadMs = CriticalPath.OverheadMs(durationMs, loop.Intervals),
        Verify = verification.ToReport(),
        Jobs = jobs,
    };

    private static (RunStatus Status, string? Reason) Verdict(IReadOnlyList<JobReport> jobs, RunLoop loop, HitVerification verification, bool cancelled)
    {
        var verdict = RunVerdict.Of(jobs, loop.Results, cancelled);
        return verdict.Status is RunStatus.Success && verification.Failure() is { } failure ? (RunStatus.Failure, failure) : verdict;
    }

    private static async Task SaveAsync(RunReport report, RunDirectory directory)
    {
        await File.WriteAllBytesAsync(Path.Combine(directory.Path, "report.json"), ReportWriter.ToJson(report), CancellationToken.None).ConfigureAwait(false);
    }
}
