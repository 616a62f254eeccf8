namespace Strata.Storage.S3;

/// <summary>
/// Large bodies go one after the other where the line is quick: the answers are what is waited for side by side then, and who dies leaves one part cut off, not all. Where it is slow, or far
/// away, several streams are faster than one: who has waited a moment goes beside.
/// </summary>
internal sealed class BodyTurns : IDisposable
{
    private const int LargeMin = 1 << 20;

    /// <summary>What 8 MiB take at 80 MB/s.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly SemaphoreSlim _turn = new(1);

    /// <param name="write">Writes the body.</param>
    public async Task RunAsync(long length, Func<Task> write, CancellationToken cancellationToken)
    {
        var hasTurn = length >= LargeMin && await _turn.WaitAsync(Patience, cancellationToken).ConfigureAwait(false);
        try
        {
            await write().ConfigureAwait(false);
        }
        finally
        {
            if (hasTurn)
            {
                _turn.Release();
            }
        }
    }

    public void Dispose() => _turn.Dispose();
}
