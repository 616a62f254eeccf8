using System.Globalization;
using Strata.Execution.Events;
using Strata.Execution.History;
using Strata.Execution.Logs;
using Strata.Execution.Masking;
using Strata.Execution.Steps;

namespace Strata.Execution.Jobs;

/// <summary>A step of a job: events, and a log file <c>NN-STEP.log</c>.</summary>
internal sealed class JobNarrator(RunServices run, string job, int index, string logDirectory) : IStepNarrator, IAsyncDisposable
{
    private StepLog? _log;

    public async ValueTask<StepLog> StartAsync(string name)
    {
        var shown = run.Masker.MaskText(name);
        var file = string.Create(CultureInfo.InvariantCulture, $"{index + 1:00}-{RunDirectory.FileName(shown)}.log");
        _log = new(new(run.Facts.RunId, job, index), run.Masker, run.Events, new StepLogFile(Path.Combine(logDirectory, file)), run.Time);
        await run.Events.PublishAsync(new StepStarted
        {
            At = run.Time.GetUtcNow(),
            RunId = run.Facts.RunId,
            Job = job,
            Step = index,
            Name = shown,
        }).ConfigureAwait(false);
        return _log;
    }

    public async ValueTask EndAsync(StepResult result)
    {
        await run.Events.PublishAsync(new StepEnded
        {
            At = run.Time.GetUtcNow(),
            RunId = run.Facts.RunId,
            Job = job,
            Step = index,
            Name = run.Masker.MaskText(result.Name),
            Status = result.Outcome,
            ExitCode = result.ExitCode,
            DurationMs = (long)result.Duration.TotalMilliseconds,
            Reason = Reason(result, run.Masker),
        }).ConfigureAwait(false);
        if (_log is not null)
        {
            await _log.DisposeAsync().ConfigureAwait(false);
        }
    }

    /// <summary>For a step that ended without telling: an exception went through it.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_log is not null)
        {
            await _log.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static string? Reason(StepResult result, SecretMasker masker)
    {
        var reason = result.Reason is null ? null : masker.MaskText(result.Reason);
        return result.Outcome == result.Conclusion ? reason : $"{reason} (continue-on-error)";
    }
}
