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

    /// <param name="write">Writes the body, and says of each piece that it has gone.</param>
    public async Task RunAsync(long length, Func<Action<int>, Task> write, CancellationToken cancellationToken)
    {
        if (length < LargeMin)
        {
            await write(static _ => { }).ConfigureAwait(false);
            return;
        }

        var hasTurn = await WaitAsync(cancellationToken).ConfigureAwait(false);
        _gain.Enter();
        try
        {
            await write(_gain.Moved).ConfigureAwait(false);
        }
        finally
        {
            _gain.Leave();
            if (hasTurn)
            {
                _turn.Release();
            }
        }
    }

    public void Dispose() => _turn.Dispose();

    /// <returns>False: beside the one whose turn it is.</returns>
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        while (!await _turn.WaitAsync(Patience, cancellationToken).ConfigureAwait(false))
        {
            if (_gain.MayGoBeside)
            {
                return false;
            }
        }

        return true;
    }
}
