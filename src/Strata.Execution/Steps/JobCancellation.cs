using Strata.Execution.Scheduling;

namespace Strata.Execution.Steps;

/// <summary>
/// Asks one job to end. Steps whose condition wants to run after a cancel (always(), cancelled()) still do, for at most
/// <see cref="CleanUpMax"/> in all; then everything is ended.
/// </summary>
internal sealed class JobCancellation : IDisposable
{
    public static readonly TimeSpan CleanUpMax = TimeSpan.FromMinutes(5);

    private readonly Lock _lock = new(); // guards Reason: the first one stays
    private readonly CancellationTokenSource _requested = new(); // not disposed: a late timer may still cancel it, and it holds nothing
    private readonly CancellationTokenSource _hard;
    private readonly TimeProvider _time;
    private ITimer? _timeout;
    private bool _disposed;

    public JobCancellation(TimeProvider time)
    {
        _time = time;
        _hard = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
    }

    /// <summary>The job is to end.</summary>
    public CancellationToken Requested => _requested.Token;

    /// <summary>The time for cleaning up is over too.</summary>
    public CancellationToken Hard => _hard.Token;

    public CancelReason? Reason { get; private set; }

    /// <summary>Of <c>timeout-minutes</c>; zero before its clock was started.</summary>
    public TimeSpan TimeLimit { get; private set; }

    public void Cancel(CancelReason reason)
    {
        lock (_lock)
        {
            if (Reason is not null || _disposed)
            {
                return;
            }

            Reason = reason;
            _hard.CancelAfter(CleanUpMax);
        }

        _requested.Cancel(); // outside: it runs the steps' callbacks
    }

    /// <summary>Starts the clock of <c>timeout-minutes</c>.</summary>
    public void StartTimeout(TimeSpan timeout)
    {
        TimeLimit = timeout;
        _timeout = _time.CreateTimer(_ => Cancel(CancelReason.Timeout), null, timeout, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        _timeout?.Dispose();
        lock (_lock)
        {
            _disposed = true;
        }

        _hard.Dispose();
    }
}
