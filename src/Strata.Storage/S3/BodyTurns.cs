namespace Strata.Storage.S3;

/// <summary>
/// Large bodies go one after the other where the line is quick: the answers are what is waited for side by side then, and who dies leaves one part cut off, not all. Where it is slow, or far
/// away, several streams may be faster than one: who has waited a moment goes beside, if that carries more.
/// </summary>
internal sealed class BodyTurns(TimeProvider time) : IDisposable
{
    private const int LargeMin = 1 << 20;

    /// <summary>What 8 MiB take at 80 MB/s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly LineGain _gain = new(time);

    /// <summary>Waits until a body may go. They go in the order in which they came.</summary>
    /// <returns>Null: it is small, and waits for nobody.</returns>
    public async Task<BodyTurn?> EnterAsync(long length, CancellationToken cancellationToken)
    {
        if (length < LargeMin)
        {
            return null;
        }

        var hasTurn = await WaitAsync(cancellationToken).ConfigureAwait(false);
        _gain.Enter();
        return new(_gain.Moved, () =>
        {
            _gain.Leave();
            if (hasTurn)
            {
                _turn.Release();
            }
        });
    }

    public void Dispose() => _turn.Dispose();

    /// <returns>False: beside the one whose turn it is.</returns>
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var waiting = _turn.WaitAsync(leave.Token);
        while (await Task.WhenAny(waiting, Task.Delay(Patience, CancellationToken.None)).ConfigureAwait(false) != waiting)
        {
            if (_gain.MayGoBeside)
            {
                await leave.CancelAsync().ConfigureAwait(false);
                break;
            }
        }

        try
        {
            await waiting.ConfigureAwait(false);
            return true;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}

/// <summary>A body on its way. Done, or disposed, it lets the next one go.</summary>
/// <param name="moved">So many bytes have gone.</param>
internal sealed class BodyTurn(Action<int> moved, Action done) : IDisposable
{
    private Action? _done = done;

    public void Moved(int bytes) => moved(bytes);

    public void Dispose() => Interlocked.Exchange(ref _done, null)?.Invoke();
}
