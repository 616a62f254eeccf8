using System.Runtime.CompilerServices;
using Strata.Caching.Entries;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Execution.Contexts;
using Strata.Execution.Reporting;
using Strata.Images;
using Strata.Metadata.Leases;
using Strata.Runs.Records;
using Strata.Tenancy;

namespace Strata.Execution.Entries;

/// <summary>The run as others see it who read what it publishes: recorded by the first of its jobs that publishes or reads.</summary>
/// <param name="isDirty">Whether visible files differ from the commit; asked once, if anything is recorded.</param>
internal sealed class RunEntries(Func<EntryServices> open, RunFacts facts, Func<CancellationToken, Task<bool>> isDirty) : IAsyncDisposable
{
    private readonly SemaphoreSlim _starting = new(1); // guards _services and _lease
    private readonly Lock _lock = new(); // guards _saving, _removed and _preparing
    private readonly List<(IReadOnlySet<string> Caches, Task Saving)> _saving = [];
    private readonly HashSet<long> _removed = [];
    private Task? _preparing;
    private EntryServices? _services;
    private Lease? _lease;

    /// <summary>Begins what every attempt waits for; what goes wrong is met again there.</summary>
    public void Prepare(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _preparing ??= Task.Run(() => StartAsync(cancellationToken), CancellationToken.None);
        }
    }

    /// <summary>The right to run an attempt, for as long as it saves. The caller disposes it.</summary>
    /// <param name="job">Its name, which no other of the run has.</param>
    /// <param name="jobId">As the workflow names it.</param>
    /// <exception cref="EnvironmentException">The database cannot be used, or says that somebody else runs this.</exception>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public async Task<JobAttempt> StartAttemptAsync(string job, string jobId, CancellationToken cancellationToken)
    {
        var services = await StartAsync(cancellationToken).ConfigureAwait(false);
        var producer = new Producer(facts.RunId, job, Attempt: 1);
        var scope = Scope.Of(facts.Identity);
        return await services.Runs.StartAttemptAsync(producer, scope, cancellationToken).ConfigureAwait(false) is AttemptStarting.Started started
            ? new(services, facts.Identity, scope, producer, jobId, started.Lease)
            : throw new EnvironmentException(ExecutionDiagnostics.AttemptTaken(facts.RunId, job));
    }

    /// <summary>An attempt that nobody knows of, where the database cannot be used: its job works on layers of this host and publishes nothing.</summary>
    /// <exception cref="EnvironmentException">Not even its layers can be used.</exception>
    public async Task<JobAttempt> OpenUnrecordedAsync(string job, string jobId, CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return new(_services ??= open(), facts.Identity, Scope.Of(facts.Identity), new(facts.RunId, job, Attempt: 1), jobId, lease: null);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>A job has ended and still saves caches of these names.</summary>
    /// <param name="saving">Never fails.</param>
    public void AddSaving(IReadOnlySet<string> caches, Task saving)
    {
        lock (_lock)
        {
            _saving.Add((caches, saving));
        }
    }

    /// <summary>Until no ended job of the run saves a cache of this name any more: who comes after it is to find what it saved.</summary>
    public Task SettledAsync(string cache, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            return Task.WhenAll(_saving.Where(job => job.Caches.Contains(cache)).Select(static job => job.Saving)).WaitAsync(cancellationToken);
        }
    }

    /// <summary>An artifact that a job of the run published is there no more: another overwrites it.</summary>
    public void NoteRemoved(long artifact)
    {
        lock (_lock)
        {
            _removed.Add(artifact);
        }
    }

    /// <summary>The reports with what was published and overwritten later told as deleted.</summary>
    public IReadOnlyList<JobReport> WithRemoved(IReadOnlyList<JobReport> jobs)
    {
        lock (_lock)
        {
            return _removed.Count == 0 ? jobs :
            [
                .. jobs.Select(job => job with
                {
                    Artifacts = [.. job.Artifacts.Select(artifact => artifact.Direction == "upload" && _removed.Contains(artifact.Id) ? artifact with { State = "deleted" } : artifact)],
                }),
            ];
        }
    }

    /// <summary>Layers of images that jobs found or had built. Where no image has steps nothing is opened for it; what cannot be recorded is not counted.</summary>
    public async Task TryCountImagesAsync(IReadOnlyList<JobReport> jobs)
    {
        if (!jobs.Any(static job => job.Image is { } image && image.Layers.Any(static layer => layer.Key is not null)))
        {
            return; // nearly always: what follows is compiled at the start, for milliseconds
        }

        await SettlePreparingAsync().ConfigureAwait(false); // it opens the services too
        List<ImageCount> images =
        [
            .. jobs.Select(static job => job.Image).OfType<ImageReport>().GroupBy(static image => image.Name, static image => image.Layers.Where(static layer => layer.Key is not null)).Select(static image =>
            {
                var layers = image.SelectMany(static layers => layers).ToLookup(static layer => layer.Outcome == LayerOutcome.Built.Name());
                return new ImageCount(image.Key, layers[false].Count(), layers[true].Count(), layers[true].Sum(static layer => layer.SizeBytes));
            }).Where(static image => image.Reused + image.Built > 0),
        ];
        try
        {
            await (_services ??= open()).Caches.CountImagesAsync(facts.Identity, images, CancellationToken.None).ConfigureAwait(false);
        }
        catch (EnvironmentException)
        {
        }
    }

    /// <summary>What the run came to. Nothing if nothing of it was recorded; where it cannot be, the run is found lost by the next start.</summary>
    public async Task TryEndAsync(Reporting.RunStatus status, string? reason)
    {
        await SettlePreparingAsync().ConfigureAwait(false);
        try
        {
            if (_services is { } services && _lease is { } lease)
            {
                await services.Runs.EndAsync(lease.Token, Of(status), reason, CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (EnvironmentException)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        await SettlePreparingAsync().ConfigureAwait(false);
        if (_lease is not null)
        {
            await _lease.DisposeAsync().ConfigureAwait(false);
        }

        _services?.Dispose();
        _starting.Dispose();
    }

    public static Runs.Records.RunStatus Of(Reporting.RunStatus status) => status switch
    {
        Reporting.RunStatus.Success => Runs.Records.RunStatus.Success,
        Reporting.RunStatus.Failure => Runs.Records.RunStatus.Failure,
        Reporting.RunStatus.Cancelled => Runs.Records.RunStatus.Cancelled,
        _ => Runs.Records.RunStatus.Skipped,
    };

    private async Task SettlePreparingAsync()
    {
        if (_preparing is { } preparing)
        {
            await preparing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    private async Task<EntryServices> StartAsync(CancellationToken cancellationToken)
    {
        await _starting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_services is not null && _lease is not null)
            {
                return _services;
            }

            var dirty = isDirty(cancellationToken); // git looks while the database is opened
            var services = _services ??= open();
            if (await services.Runs.ExpireDeadAsync(cancellationToken).ConfigureAwait(false) is not { Runs.Count: 0, Attempts.Count: 0 })
            {
                await services.Artifacts.SweepAsync(cancellationToken).ConfigureAwait(false); // what they were making comes no more
            }

            var start = new RunStart { RunId = facts.RunId, Identity = facts.Identity, Workflow = facts.WorkflowName, IsDirty = await dirty.ConfigureAwait(false) };
            _lease = await services.Runs.StartAsync(start, cancellationToken).ConfigureAwait(false) is RunStarting.Started started
                ? started.Lease
                : throw new EnvironmentException(ExecutionDiagnostics.RunTaken(facts.RunId));
            return services;
        }
        finally
        {
            _starting.Release();
        }
    }
}
