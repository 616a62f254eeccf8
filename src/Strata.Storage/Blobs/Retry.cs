namespace Strata.Storage.Blobs;

/// <summary>
/// Tries a call of a store again while its fault is transient: back-off with full jitter. Share one among the parts of a transfer: when the store asks one of them for
/// patience, all wait. Safe for concurrent use.
/// </summary>
public sealed class Retry(TimeProvider time, RetryPolicy policy)
{
    private long _pauseUntil; // UTC ticks, Interlocked: while it is ahead, nothing is sent

    /// <summary>How many calls were made again, of all.</summary>
    public long Retries => Interlocked.Read(ref _retries);

    private long _retries;

    /// <summary>Told of each failure that is followed by another try.</summary>
    public Action<BlobStoreException>? OnRetry { get; init; }

    /// <param name="call">Gets the number of the attempt, from 1.</param>
    /// <exception cref="BlobStoreException">The last attempt's.</exception>
    public async Task<T> RunAsync<T>(Func<int, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        for (var attempt = 1; ; attempt++)
        {
            await PauseAsync(cancellationToken).ConfigureAwait(false);
            try
            {
                return await call(attempt, cancellationToken).ConfigureAwait(false);
            }
            catch (BlobStoreException e) when (e.IsTransient && policy.Allows(attempt) && time.GetElapsedTime(start) < policy.Patience)
            {
                Interlocked.Increment(ref _retries);
                OnRetry?.Invoke(e);
                var delay = policy.DelayAfter(attempt, Random.Shared.NextDouble());
                if (e.Fault == BlobFault.Throttled)
                {
                    PauseAll(e.RetryAfter is { } wish && wish > delay ? Min(wish, policy.DelayMax) : delay);
                }
                else
                {
                    await Task.Delay(delay, time, cancellationToken).ConfigureAwait(false);
                }
            }
        }
    }

    public Task RunAsync(Func<int, CancellationToken, Task> call, CancellationToken cancellationToken) =>
        RunAsync(
            async (attempt, stop) =>
            {
                await call(attempt, stop).ConfigureAwait(false);
                return 0;
            },
            cancellationToken);

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;

    private void PauseAll(TimeSpan delay)
    {
        var until = time.GetUtcNow().UtcTicks + delay.Ticks;
        var known = Interlocked.Read(ref _pauseUntil);
        while (known < until)
        {
            var seen = Interlocked.CompareExchange(ref _pauseUntil, until, known);
            if (seen == known)
            {
                return;
            }

            known = seen;
        }
    }

    private async Task PauseAsync(CancellationToken cancellationToken)
    {
        // Not longer than the longest pause: the clock may have been set back.
        var left = TimeSpan.FromTicks(Interlocked.Read(ref _pauseUntil) - time.GetUtcNow().UtcTicks);
        if (left > TimeSpan.Zero)
        {
            await Task.Delay(Min(left, policy.DelayMax), time, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <param name="AttemptsMax">The first counts. Null: the patience alone ends it.</param>
/// <param name="DelayFirst">What the first delay is at most; each further may be twice as long.</param>
public sealed record RetryPolicy(int? AttemptsMax, TimeSpan DelayFirst, TimeSpan DelayMax)
{
    /// <summary>After so long no further attempt begins.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>For parts of an upload that a job fails without: a store that is started again is waited for.</summary>
    public static RetryPolicy Upload { get; } = new(null, TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(20));

    /// <summary>For reads, of which a miss is made when they fail: gives up within seconds.</summary>
    public static RetryPolicy Read { get; } = new(4, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2)) { Patience = TimeSpan.FromSeconds(6) };

    /// <summary>For reads that a job fails without, and for looking after a store: as long as one that asks for patience may ask, twice.</summary>
    public static RetryPolicy ReadNeeded { get; } = new(null, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(20)) { Patience = TimeSpan.FromMinutes(1) };

    /// <summary>Whether another attempt may follow so many.</summary>
    public bool Allows(int attempts) => AttemptsMax is not { } most || attempts < most;

    /// <param name="jitter">0 to 1: a random number. At least half of the delay is waited, else many would come at once all the same.</param>
    public TimeSpan DelayAfter(int attempt, double jitter)
    {
        var full = Math.Min(DelayMax.Ticks, DelayFirst.Ticks * Math.Pow(2, Math.Min(attempt, 30) - 1));
        return TimeSpan.FromTicks((long)(full * (0.5 + (0.5 * jitter))));
    }
}
