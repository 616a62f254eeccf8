using System.Globalization;
using Strata.Caching.Entries;
using Strata.Core.Diagnostics;
using Strata.Execution.Commands;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Masking;
using Strata.Execution.Reporting;
using Strata.Execution.Steps;
using Strata.Layers;
using Strata.Layers.Saving;
using Strata.Sandbox;
using Strata.Tenancy;
using Strata.Workflows.Model;
using CacheUse = Strata.Caching.Entries.CacheUse;
using SaveOutcome = Strata.Caching.Entries.SaveOutcome;

namespace Strata.Execution.Hermetic;

/// <inheritdoc cref="IHermeticSteps"/>
internal sealed class HermeticSteps(HermeticJob job) : IHermeticSteps, IAsyncDisposable
{
    private readonly HermeticPlanner _planner = new(job);
    private readonly StepEntries _entries = new(job);
    private readonly OutputPlacing _placing = new(job);
    private readonly List<CacheUse> _uses = [];
    private readonly List<ProvableHit> _hits = [];
    private readonly List<StepProof> _proofs = [];
    private readonly CancellationTokenSource _ended = new();
    private Task _foreseeing = Task.CompletedTask;

    /// <summary>What the steps took when they were made, less what their hits took: the job's steps would have taken this longer without them. May be less than nothing.</summary>
    public TimeSpan Saved { get; private set; }

    /// <summary>While the job's sandbox starts, which is another program's work: what its steps will need is loaded and looked at. Called once, before any step.</summary>
    /// <returns>Ends with that. Need not be awaited: what goes wrong is met again by the step.</returns>
    public async Task ForeseeAsync(IReadOnlyList<StepCache> steps)
    {
        if (steps.Count == 0)
        {
            return;
        }

        Action<CancellationToken> foreseen;
        try
        {
            foreseen = _planner.Foresee(steps);
        }
        catch (Exception e) when (e is IOException or DamagedLayerException or HostileArchiveException)
        {
            return; // the step meets it again
        }

        _foreseeing = Task.Run(
            async () =>
            {
                StepRecord.Preload();
                foreseen(_ended.Token);
                if (job.UseCaches) // else the database is not to be asked, or cannot be
                {
                    await _entries.PreloadAsync(_ended.Token).ConfigureAwait(false);
                }
            },
            CancellationToken.None);
        await _foreseeing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // what went wrong is met again by the step
    }

    public async Task<StepOutcome> RunAsync(HermeticCommand command, LiveJob live, StepLog log, CancellationToken limit, CancellationToken cancellationToken)
    {
        if (_planner.ShellOf(command.Shell) is not { } shell)
        {
            return RunStep.NoShell(command.Shell!);
        }

        var started = job.Time.GetTimestamp();
        try
        {
            if (job.SuggestInputs is { } wanted && (wanted == command.Id || wanted == command.Title))
            {
                var all = await _planner.PlanAsync(command, ["**"], shell, live.Sandbox, cancellationToken).ConfigureAwait(false);
                await new InputSuggestion(job, live.Masker).RunAsync(all, log, limit).ConfigureAwait(false);
            }

            var plan = await _planner.PlanAsync(
                command, command.Cache.Inputs.Select(static pattern => pattern.Value), shell, live.Sandbox, cancellationToken).ConfigureAwait(false);
            if (job.Unusable is { } unusable)
            {
                return await ExecuteAsync(plan, live, log, "miss", $"the cache cannot be used now: {unusable}", null, limit, cancellationToken).ConfigureAwait(false);
            }

            if (!job.UseCaches || live.Masker.ContainsSecret(plan.Manifest))
            {
                var why = job.Off?.Reason ?? "its command or a variable of it contains a secret";
                return await ExecuteAsync(plan, live, log, "off", why, null, limit, cancellationToken).ConfigureAwait(false);
            }

            var query = _entries.QueryOf(plan);
            var (lookup, hit) = await _entries.FindAsync(query, cancellationToken).ConfigureAwait(false);
            using (hit)
            {
                if (hit is not null && await ApplyAsync(plan, hit, live, log, started, cancellationToken).ConfigureAwait(false) is { } applied)
                {
                    _uses.Add(new()
                    {
                        Query = query, Lookup = lookup, RestoreTime = job.Time.GetElapsedTime(started), RestoredBytes = hit.Entry.SizeBytes, SaveReason = "exact-hit",
                        TransferredBytes = hit.FetchedBytes, SharesWithForks = command.Cache.ShareWithForks,
                    });
                    return applied;
                }
            }

            lookup = hit is null ? lookup : CacheLookup.Failed("an entry was found, but its outputs cannot be placed");
            var use = new CacheUse { Query = query, Lookup = lookup, SharesWithForks = plan.Command.Cache.ShareWithForks };
            return await ExecuteAsync(plan, live, log, "miss", lookup.Reason, use, limit, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or HostileArchiveException or DamagedLayerException)
        {
            return StepOutcome.Failed($"what the step needs could not be prepared: {e.Message}");
        }
    }

    /// <summary>A sample of the hits is run again, when the job's own steps have ended.</summary>
    /// <exception cref="EnvironmentException">The machine or the database failed.</exception>
    public async Task VerifyAsync(SecretMasker masker, Func<LogKind, string, ValueTask> say, CancellationToken cancellationToken)
    {
        if (job.Verification.IsOn && _hits.Count > 0)
        {
            await new HitProof(job, _entries, masker, say, _proofs).ProveAsync(_hits, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>When the job is done with its caches.</summary>
    /// <exception cref="EnvironmentException">The database cannot be written.</exception>
    public async Task RecordAsync(CancellationToken cancellationToken)
    {
        if (_uses.Count > 0)
        {
            var uses = new JobCaches { Identity = job.Attempt.Identity, Producer = job.Attempt.Producer, JobId = job.Attempt.JobId, Uses = [.. _uses], Proofs = [.. _proofs] };
            _uses.Clear();
            await job.Attempt.Services.Caches.RecordAsync(uses, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync().ConfigureAwait(false);
        await _foreseeing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing); // what went wrong is met again by the step
        _ended.Dispose();
    }

    /// <returns>Null: it cannot be used after all.</returns>
    private async Task<StepOutcome?> ApplyAsync(HermeticPlan plan, StepHit hit, LiveJob live, StepLog log, long started, CancellationToken cancellationToken)
    {
        try
        {
            await _placing.PlaceAsync(plan, hit.Tree, hit.Layers, live.Sandbox, cancellationToken).ConfigureAwait(false);
        }
        catch (DamagedLayerException e)
        {
            await _entries.RetireAsync(hit.Entry, EntryState.Quarantined, e.Message, cancellationToken).ConfigureAwait(false);
            return null;
        }
        catch (Exception e) when (e is IOException or HostileArchiveException)
        {
            await log.SayAsync(LogKind.Warning, $"What the step made before cannot be placed, it runs: {e.Message}").ConfigureAwait(false);
            return null;
        }

        _hits.Add(new(plan, hit.Entry, hit.Record));
        job.AddSource(new(ProductKind.CacheEntry, hit.Entry.Id));
        if (!hit.Entry.Shareable)
        {
            job.Attempt.Hide();
        }

        var saved = hit.Entry.Spent - job.Time.GetElapsedTime(started);
        Saved += saved;
        var savedMs = Math.Max(0, (long)saved.TotalMilliseconds);
        await HermeticText.ReplayAsync(hit, savedMs, log).ConfigureAwait(false);
        if (hit.Record.Summary is { } summary)
        {
            await live.AddSummaryAsync(summary).ConfigureAwait(false);
        }

        return new StepOutcome(RunStatus.Success, 0, null, hit.Record.ToEffects())
        {
            Cache = new(plan.Key, "hit", string.Create(CultureInfo.InvariantCulture, $"run {hit.Entry.Producer.RunId}, job {hit.Entry.Producer.Job}, {hit.Entry.Scope}"), savedMs),
        };
    }

    /// <param name="use">Of the look-up; null: nothing is looked for, nothing saved.</param>
    private async Task<StepOutcome> ExecuteAsync(
        HermeticPlan plan, LiveJob live, StepLog log, string outcome, string reason, CacheUse? use, CancellationToken limit, CancellationToken cancellationToken)
    {
        if (use is not null)
        {
            await HermeticText.TellMissAsync(use.Lookup, job.Explains, log).ConfigureAwait(false);
        }

        var (effects, recording) = (new StepEffects(), new LogRecording());
        var started = job.Time.GetTimestamp();
        log.Commands = new CommandInterpreter(live.Masker, effects, allowUnsecure: false, echo: false);
        log.Recording = recording;
        var run = await HermeticSandbox.RunAsync(job, plan, effects, log, log.EndOutputAsync, traces: false, limit).ConfigureAwait(false);
        await using (run.ConfigureAwait(false))
        {
            log.Commands = null;
            foreach (var warning in run.Warnings)
            {
                await log.SayAsync(LogKind.Warning, warning).ConfigureAwait(false);
            }

            log.Recording = null;
            var summary = run.Summary is null ? null : live.Masker.MaskText(run.Summary);
            if (summary is not null)
            {
                await live.AddSummaryAsync(summary).ConfigureAwait(false);
            }

            var judged = RunStep.Judge(run.Outcome, effects, log, live, run.Spec);
            if (judged.Status is RunStatus.Cancelled)
            {
                return judged with { Cache = new(plan.Key, outcome, reason, 0) };
            }

            using var outputs = await CaptureAsync(plan, run, live, cancellationToken).ConfigureAwait(false);
            await HermeticText.TellAsync(plan, run, outputs, job, live, judged.Status is RunStatus.Success, log).ConfigureAwait(false);
            if (judged.Status is RunStatus.Failure && plan.Command.Cache.TraceOnFailure)
            {
                await new FailureTrace(job, live.Masker).RunAsync(plan, live.Sandbox, log, limit).ConfigureAwait(false);
            }

            if (use is not null)
            {
                var record = StepRecord.Of(effects, summary, recording);
                var saving = job.Time.GetTimestamp();
                var save = WhyNot(judged, run.Outcome, log)
                    ?? await SaveAsync(plan, outputs, record, job.Time.GetElapsedTime(started), live.Masker, log, cancellationToken).ConfigureAwait(false);
                if (judged.Status is RunStatus.Success && save is { Differs: null, Outcome: not (SaveOutcome.Saved or SaveOutcome.LostRace) })
                {
                    await log.SayAsync(LogKind.Warning, $"The step's result is not kept: {save.Reason}").ConfigureAwait(false);
                }

                _uses.Add(use with
                {
                    Save = save.Outcome, SaveReason = save.Reason, SaveTime = job.Time.GetElapsedTime(saving), SavedBytes = save.Outcome is SaveOutcome.Saved ? outputs?.WrittenBytes ?? 0 : 0,
                });
            }

            return judged with { Cache = new(plan.Key, outcome, reason, 0) };
        }
    }

    /// <summary>What it made is in the workspace then, also of a step that failed: others may want to look at it.</summary>
    private async Task<CapturedOutputs?> CaptureAsync(HermeticPlan plan, HermeticSandbox run, LiveJob live, CancellationToken cancellationToken)
    {
        using var overlay = run.OpenWorkspace();
        var outputs = await OutputCapture.CaptureAsync(job.Attempt.Services.Layers.Place, overlay, plan.Outputs, plan.Epoch, cancellationToken).ConfigureAwait(false);
        try
        {
            await _placing.PlaceAsync(plan, outputs?.Tree, outputs is null ? [] : [outputs.Layer], live.Sandbox, cancellationToken).ConfigureAwait(false);
            return outputs;
        }
        catch
        {
            outputs?.Dispose();
            throw;
        }
    }

    /// <summary>Null: what the step made may be kept.</summary>
    private static StepSave? WhyNot(StepOutcome judged, ExecOutcome outcome, StepLog log) =>
        judged.Status is not RunStatus.Success ? new(SaveOutcome.Skipped, "the step failed")
        : judged.Effects.AddedMask ? new(SaveOutcome.Blocked, "the step masked a value of its own (add-mask)")
        : outcome.OutOfMemory ? new(SaveOutcome.Skipped, "a process of the step was killed for memory: what it made may lack something")
        : log.Hints.DiskFull ? new(SaveOutcome.Skipped, "it printed 'No space left on device': what it made may lack something")
        : null;

    private async Task<StepSave> SaveAsync(
        HermeticPlan plan, CapturedOutputs? outputs, StepRecord record, TimeSpan spent, SecretMasker masker, StepLog log, CancellationToken cancellationToken)
    {
        var save = await _entries.SaveAsync(plan, outputs, record, spent, masker, cancellationToken).ConfigureAwait(false);
        if (save.Differs is { } winner)
        {
            await HermeticText.TellDifferenceAsync(winner, outputs, job, log, cancellationToken).ConfigureAwait(false);
        }

        return save;
    }
}
