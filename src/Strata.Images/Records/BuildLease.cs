using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Metadata;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <summary>The right to build a layer, renewed until disposed or lost. One that ran out and that nobody took is still its holder's.</summary>
internal sealed class BuildLease : IAsyncDisposable
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(2);

    private readonly Database _database;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lost = new();
    private readonly CancellationTokenSource _disposed = new();
    private readonly Task _renewing;

    internal BuildLease(Database database, TimeProvider time, Scope scope, Digest key, long token)
    {
        (_database, _time, Scope, Key, Token) = (database, time, scope, key, token);
        Lost = _lost.Token;
        _renewing = Task.Run(RenewUntilDisposedAsync);
    }

    public Scope Scope { get; }

    public Digest Key { get; }

    /// <summary>Fencing token: each holder of the same scope and key has a higher one than all before.</summary>
    public long Token { get; }

    /// <summary>Cancelled when the lease was taken over, or could not be renewed for as long as it lasts. What is built is of no use then.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Releases it. If the database cannot be written it runs out by itself.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed.IsCancellationRequested)
        {
            return;
        }

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
        BuildLeaseSql.Remove(sql, Token);
        return true;
    }

    private async Task RenewUntilDisposedAsync()
    {
        using var beat = new PeriodicTimer(Heartbeat, _time);
        try
        {
            for (var renewed = _time.GetTimestamp(); await beat.WaitForNextTickAsync(_disposed.Token).ConfigureAwait(false);)
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
        using var timeout = new CancellationTokenSource(BuildLeases.Lifetime - Heartbeat, _time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token, timeout.Token);
        try
        {
            return await _database.WriteAsync(sql => BuildLeaseSql.Renew(sql, Token, _time.GetUtcNow() + BuildLeases.Lifetime), limit.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is EnvironmentException || (e is OperationCanceledException && !_disposed.IsCancellationRequested))
        {
            return _time.GetElapsedTime(renewed) >= BuildLeases.Lifetime ? false : null; // the disk is full, or others write without end
        }
    }
}
