using Strata.Core.Diagnostics;

namespace Strata.Metadata.Leases;

/// <summary>The right to something, renewed until disposed or lost. One that ran out and that nobody took is still its holder's.</summary>
public sealed class Lease : IAsyncDisposable
{
    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly LeaseTimes _times;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly PeriodicTimer _beat;
    private readonly Task _renewing;

    internal Lease(Database database, TimeProvider time, LeaseTimes times, LeaseToken token)
    {
        (_database, _time, _times, Token) = (database, time, times, token);
        Lost = _lost.Token;
        _beat = new(times.Heartbeat, time);
        _renewing = Task.Run(RenewUntilDisposedAsync);
    }

    public LeaseToken Token { get; }

    /// <summary>Cancelled when the lease was taken over, or could not be renewed for as long as it lasts. What its holder writes is refused then.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Releases it. If the database cannot be written it runs out by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

        _beat.Dispose(); // ends the waiting: a token would by an exception whose trace is looked up in every debug file, for milliseconds
        await _disposed.CancelAsync().ConfigureAwait(false);
        await _renewing.ConfigureAwait(false);
        try
        {
            await _database.WriteAsync(Release, CancellationToken.None).ConfigureAwait(false);
        }
        catch (EnvironmentException)
        {
        }

        _lost.Dispose();
    }

    private bool Release(SqlSession sql)
    {
        LeaseSql.Remove(sql, Token);
        return true;
    }

    private async Task RenewUntilDisposedAsync()
    {
        try
        {
            for (var renewed = _time.GetTimestamp(); await _beat.WaitForNextTickAsync().ConfigureAwait(false);)
            {
                switch (await TryRenewAsync(renewed).ConfigureAwait(false))
                {
                    case true:
                        renewed = _time.GetTimestamp();
                        break;
                    case false:
                        await _lost.CancelAsync().ConfigureAwait(false);
                        return;
                    default:
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (_disposed.IsCancellationRequested)
        {
        }
    }

    /// <returns>False: lost. Null: not now.</returns>
    private async Task<bool?> TryRenewAsync(long renewed)
    {
        using var timeout = new CancellationTokenSource(_times.Lifetime - _times.Heartbeat, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token, timeout.Token);
        try
        {
            return await _database.WriteAsync(sql => LeaseSql.Renew(sql, Token, _time.GetUtcNow() + _times.Lifetime), limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is EnvironmentException || (e is OperationCanceledException && !_disposed.IsCancellationRequested))
        {
            return _time.GetElapsedTime(renewed) >= _times.Lifetime ? false : null; // the disk is full, or others write without end
        }
    }
}
