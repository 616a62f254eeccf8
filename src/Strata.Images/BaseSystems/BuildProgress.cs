using Strata.Core.Text;

namespace Strata.Images.BaseSystems;

/// <summary>Says what is going on whenever it changes, and every two seconds if it does not.</summary>
internal sealed class BuildProgress : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1.8);

    private readonly IProgress<string> _progress;
    private readonly TimeProvider _time;
    private readonly string _subject;
    private readonly long _start;
    private readonly ITimer _timer;
    private volatile string _phase;

    /// <param name="quietAtFirst">Nothing is said of what is done at once.</param>
    public BuildProgress(string subject, string phase, IProgress<string> progress, TimeProvider time, bool quietAtFirst = false)
    {
        (_subject, _phase, _progress, _time) = (subject, phase, progress, time);
        _start = time.GetTimestamp();
        if (!quietAtFirst)
        {
            Report();
        }

        _timer = time.CreateTimer(static state => ((BuildProgress)state!).Report(), this, Interval, Interval);
    }

    public void Enter(string phase)
    {
        _phase = phase;
        Report();
    }

    /// <summary>What the next line says.</summary>
    public void Change(string phase) => _phase = phase;

    public void Dispose() => _timer.Dispose();

    private void Report() => _progress.Report($"{_subject}: {_phase} ({Lifetime.Format(_time.GetElapsedTime(_start))})");
}
