using System.Runtime.CompilerServices;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Execution.Jobs;
using Strata.Execution.Reporting;
using Strata.Execution.Scheduling;
using Strata.Execution.Steps;
using Strata.Workflows.Model;

namespace Strata.Execution.Running;

/// <summary>Does what <see cref="Schedule"/> decides until every job is done. All state changes happen in this one loop.</summary>
internal sealed class RunLoop
{
    private readonly RunServices _run;
    private readonly IReadOnlyList<Job> _jobs;
    private readonly IReadOnlyDictionary<string, string> _matrixFilter;
    private readonly int _maxParallel;
    private readonly CancellationTokenSource _stop; // the user's cancel, or a failure of the machine
    private readonly NeedsContext _needs;
    private readonly JobState[] _states;
    private readonly IReadOnlyList<JobInstance>[] _instances;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);
    private readonly Dictionary<(int Job, int Instance), JobReport> _reports = [];
    private readonly List<((int Job, int Instance) Key, Task<IReadOnlyList<CacheReport>> Saving)> _saving = [];
    private readonly List<RunningJob> _running = [];
    private readonly List<JobInterval> _intervals = [];
    private readonly long _started;
    private EnvironmentException? _failure;
    private Exception? _fault;

    public RunLoop(
        RunServices run, IReadOnlyList<Job> jobs, IReadOnlyDictionary<string, string> matrixFilter, int maxParallel, CancellationToken cancel)
    {
        (_run, _jobs, _matrixFilter, _maxParallel) = (run, jobs, matrixFilter, Math.Max(1, maxParallel));
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        _needs = new(jobs);
        _started = run.Time.GetTimestamp();
        _instances = new IReadOnlyList<JobInstance>[jobs.Count];
        _states = [.. jobs.Select(job => new JobState
        {
            Id = job.Id,
            Needs = IndexesOf(job.Needs),
        })];
    }

    /// <summary>Results as <c>needs</c> tells them, by job: continue-on-error taken in.</summary>
    public IReadOnlyList<RunStatus> Results
    {
        get
        {
            var results = new List<RunStatus>(_states.Length);
            foreach (var state in _states)
            {
                results.Add(state.Result ?? RunStatus.Cancelled);
            }

            return results;
        }
    }

    /// <summary>When each job ran; known after <see cref="RunAsync"/>.</summary>
    public IReadOnlyList<JobInterval> Intervals => _intervals;

    /// <returns>Reports in document order, combinations in matrix order.</returns>
    /// <exception cref="EnvironmentException">The machine failed; jobs that ran were ended.</exception>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<IReadOnlyList<JobReport>> RunAsync()
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var onCancel = _stop.Token.Register(() => cancelled.TrySetResult());
        while (true)
        {
            var decisions = Schedule.Next(new RunState(_states, _maxParallel, _stop.IsCancellationRequested));
            foreach (var decision in decisions)
            {
                await ActAsync(decision).ConfigureAwait(false);
            }

            if (decisions.Count > 0)
            {
                continue;
            }

            if (_running.Count == 0)
            {
                break;
            }

            Task wait = Task.WhenAny(_running.Select(r => r.Work));
            await (_stop.IsCancellationRequested ? wait : Task.WhenAny(wait, cancelled.Task)).ConfigureAwait(false);
            await TakeEndedAsync().ConfigureAwait(false);
        }

        await EndSavingAsync().ConfigureAwait(false);
        _stop.Dispose();
        if ((_fault ?? _failure) is { } failure)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(failure);
        }

        return Reports();
    }

    /// <summary>Jobs end before they have saved, so that others go on; a run ends after.</summary>
    private async Task EndSavingAsync()
    {
        foreach (var (key, saving) in _saving)
        {
            _reports[key] = _reports[key] with { Caches = await saving.ConfigureAwait(false) };
        }
    }

    /// <summary>In the order of the document, and of each matrix.</summary>
    private List<JobReport> Reports()
    {
        var reports = new List<JobReport>(_reports.Count);
        for (var job = 0; job < _jobs.Count; job++)
        {
            for (var instance = 0; _reports.TryGetValue((job, instance), out var report); instance++)
            {
                reports.Add(report);
            }
        }

        return reports;
    }

    private List<int> IndexesOf(IReadOnlyList<Located<string>> ids)
    {
        var indexes = new List<int>(ids.Count);
        foreach (var id in ids)
        {
            if (IndexOf(id.Value) is >= 0 and var index)
            {
                indexes.Add(index);
            }
        }

        return indexes;
    }

    private int IndexOf(string id)
    {
        for (var i = 0; i < _jobs.Count; i++)
        {
            if (_jobs[i].Id.Equals(id, StringComparison.OrdinalIgnoreCase))
            {
                return i;
            }
        }

        return -1;
    }

    private async Task ActAsync(Decision decision)
    {
        switch (decision)
        {
            case Decision.Prepare(var job):
                await PrepareAsync(job).ConfigureAwait(false);
                break;
            case Decision.Start(var job, var instance):
                Start(job, instance);
                break;
            case Decision.Cancel(var job, var instance, var reason):
                Set(job, instance, _states[job].Instances![instance] with { Cancelling = true });
                _running.Find(r => r.Job == job && r.Instance == instance)?.Cancellation.Cancel(reason);
                break;
            case Decision.Drop(var job, var instance, var reason):
                await DropAsync(job, instance, reason).ConfigureAwait(false);
                break;
            case Decision.Abandon(var job):
                await FixAsync(job, RunStatus.Cancelled, JobReports.CancelText(CancelReason.Run)).ConfigureAwait(false);
                break;
        }
    }

    private async Task PrepareAsync(int index)
    {
        var job = _jobs[index];
        var prepared = JobPreparation.Prepare(_run.Facts, job, _needs.Of(job, ResultOf), _matrixFilter, _names);
        if (prepared is PreparedJob.Fixed(var status, var reason))
        {
            await FixAsync(index, status, reason).ConfigureAwait(false);
            return;
        }

        var ready = (PreparedJob.Ready)prepared;
        _instances[index] = ready.Instances;
        _states[index] = _states[index] with
        {
            Instances = [.. ready.Instances.Select(i => InstanceState.Queued with { ContinueOnError = i.ContinueOnError })],
            FailFast = ready.FailFast,
            MaxParallel = ready.MaxParallel,
        };
    }

    private RunStatus ResultOf(string id) =>
        _states[IndexOf(id)].Result ?? throw new InvalidOperationException($"The job '{id}' is not done.");

    private void Start(int job, int instance)
    {
        Set(job, instance, _states[job].Instances![instance] with { Phase = InstancePhase.Running });
        var cancellation = new JobCancellation(_run.Time);
        var runner = new JobRunner(_run, _instances[job][instance], cancellation);
        var onStop = _stop.Token.Register(() => cancellation.Cancel(CancelReason.Run)); // at once, not at the loop's next turn
        _running.Add(new(job, instance, cancellation, onStop, ElapsedMs(), Task.Run(runner.RunAsync)));
    }

    private async Task TakeEndedAsync()
    {
        foreach (var ended in _running.Where(r => r.Work.IsCompleted).ToList())
        {
            _running.Remove(ended);
            await ended.OnStop.DisposeAsync().ConfigureAwait(false);
            ended.Cancellation.Dispose();
            await TakeAsync(ended).ConfigureAwait(false);
        }
    }

    private async Task TakeAsync(RunningJob ended)
    {
        var status = RunStatus.Failure;
        try
        {
            var outcome = await ended.Work.ConfigureAwait(false);
            status = outcome.Report.Status;
            _reports[(ended.Job, ended.Instance)] = outcome.Report;
            if (outcome.Saving is { } saving)
            {
                _saving.Add(((ended.Job, ended.Instance), saving));
            }

            _needs.AddOutputs(_jobs[ended.Job].Id, outcome.Outputs, outcome.Origin);
            _intervals.Add(new(ended.StartMs, ElapsedMs(), outcome.Report.Steps.Sum(s => s.DurationMs)));
        }
        catch (EnvironmentException e)
        {
            _failure ??= e;
            await _stop.CancelAsync().ConfigureAwait(false);
        }
#pragma warning disable CA1031 // thrown again once the other jobs have ended and cleaned up
        catch (Exception e)
#pragma warning restore CA1031
        {
            _fault ??= e;
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        Set(ended.Job, ended.Instance, _states[ended.Job].Instances![ended.Instance] with { Phase = InstancePhase.Ended, Status = status });
    }

    private async Task DropAsync(int job, int index, CancelReason reason)
    {
        var instance = _instances[job][index];
        var report = JobReports.NotRun(
            instance.Job, instance.DisplayName, JobReports.Matrix(instance), RunStatus.Cancelled, JobReports.CancelText(reason));
        Set(job, index, _states[job].Instances![index] with { Phase = InstancePhase.Ended, Status = RunStatus.Cancelled });
        await TellAsync((job, index), report).ConfigureAwait(false);
    }

    private async Task FixAsync(int index, RunStatus status, string reason)
    {
        var job = _jobs[index];
        _states[index] = _states[index] with { FixedResult = status };
        _needs.SetEnd(job.Id, _run.Time.GetUtcNow());
        var name = job.Name is { IsLiteral: true } written ? written.Text : job.Id;
        await TellAsync((index, 0), JobReports.NotRun(job, name, null, status, reason)).ConfigureAwait(false);
    }

    private async Task TellAsync((int Job, int Instance) key, JobReport report)
    {
        _reports[key] = report;
        var events = new JobEvents(_run, report.Name);
        for (var i = 0; i < report.Steps.Count; i++)
        {
            await events.StepNotRunAsync(i, StepNames.Of(_jobs[key.Job].Steps[i]), report.Steps[i].Status).ConfigureAwait(false);
        }

        await events.EndedAsync(report).ConfigureAwait(false);
    }

    private void Set(int job, int instance, InstanceState state)
    {
        InstanceState[] all = [.. _states[job].Instances!];
        all[instance] = state;
        _states[job] = _states[job] with { Instances = all };
        if (state.Phase == InstancePhase.Ended)
        {
            _needs.SetEnd(_jobs[job].Id, _run.Time.GetUtcNow());
        }
    }

    private long ElapsedMs() => (long)_run.Time.GetElapsedTime(_started).TotalMilliseconds;

    private sealed record RunningJob(int Job, int Instance, JobCancellation Cancellation, CancellationTokenRegistration OnStop, long StartMs, Task<JobOutcome> Work);
}
