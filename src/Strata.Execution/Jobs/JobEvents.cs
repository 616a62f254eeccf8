using Strata.Execution.Events;
using Strata.Execution.Reporting;

namespace Strata.Execution.Jobs;

/// <summary>Makes the events of one job.</summary>
internal sealed class JobEvents(RunServices run, string job)
{
    public ValueTask StartedAsync(string image) => run.Events.PublishAsync(new JobStarted
    {
        At = run.Time.GetUtcNow(),
        RunId = run.Facts.RunId,
        Job = job,
        Image = image,
    });

    public ValueTask EndedAsync(JobReport report) => run.Events.PublishAsync(new JobEnded
    {
        At = run.Time.GetUtcNow(),
        RunId = run.Facts.RunId,
        Job = job,
        Status = report.Status,
        Reason = report.Reason,
        DurationMs = report.DurationMs,
    });

    public ValueTask StepNotRunAsync(int step, string name, RunStatus status) => run.Events.PublishAsync(new StepEnded
    {
        At = run.Time.GetUtcNow(),
        RunId = run.Facts.RunId,
        Job = job,
        Step = step,
        Name = run.Masker.MaskText(name),
        Status = status,
        ExitCode = null,
        DurationMs = 0,
        Reason = null,
    });

    public ValueTask SayAsync(LogKind kind, string text) => run.Events.PublishAsync(new LogLine
    {
        At = run.Time.GetUtcNow(),
        RunId = run.Facts.RunId,
        Job = job,
        Step = -1,
        Kind = kind,
        Text = run.Masker.MaskText(text),
    });

    /// <summary>Progress comes from threads that cannot wait; lines are kept in order.</summary>
    public IProgress<string> Progress => new OrderedProgress(this);

    private sealed class OrderedProgress(JobEvents events) : IProgress<string>
    {
        private readonly Lock _lock = new(); // guards _last
        private Task _last = Task.CompletedTask;

        public void Report(string value)
        {
            lock (_lock)
            {
                _last = ThenSayAsync(_last, value);
            }
        }

        private async Task ThenSayAsync(Task before, string line)
        {
            await before.ConfigureAwait(false);
            await events.SayAsync(LogKind.Progress, line).ConfigureAwait(false);
        }
    }
}
