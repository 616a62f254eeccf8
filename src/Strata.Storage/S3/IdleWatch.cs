namespace Strata.Storage.S3;

/// <summary>Cancels a call in which nothing moves for too long.</summary>
internal sealed class IdleWatch : IDisposable
{
    private readonly CancellationTokenSource _stop;
    private readonly ITimer _timer;
    private volatile bool _isStalled;

    /// <param name="limit">Until the first progress.</param>
    public IdleWatch(TimeProvider time, TimeSpan limit, CancellationToken cancellationToken)
    {
        _stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _timer = time.CreateTimer(
            static state =>
            {
                var watch = (IdleWatch)state!;
                watch._isStalled = true;
                try
                {
                    watch._stop.Cancel();
                }
                catch (ObjectDisposedException)
                {
                    // the call has just ended
                }
            },
            this, limit, Timeout.InfiniteTimeSpan);
    }

    public CancellationToken Token => _stop.Token;

    /// <summary>It was this that cancelled.</summary>
    public bool IsStalled => _isStalled;

    /// <summary>Something moved: the next may take so long.</summary>
    public void Expect(TimeSpan limit) => _timer.Change(limit, Timeout.InfiniteTimeSpan);

    public void Dispose()
    {
        _timer.Dispose();
        _stop.Dispose();
    }
}
