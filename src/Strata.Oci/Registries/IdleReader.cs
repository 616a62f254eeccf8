namespace Strata.Oci.Registries;

/// <summary>Reads from a stream that may fall silent.</summary>
internal sealed class IdleReader(TimeSpan idle, TimeProvider time) : IDisposable
{
    private CancellationTokenSource _silence = new(Timeout.InfiniteTimeSpan, time);

    /// <exception cref="TimeoutException">No byte came in time.</exception>
    public async ValueTask<int> ReadAsync(Stream stream, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (!_silence.TryReset())
        {
            _silence.Dispose();
            _silence = new(Timeout.InfiniteTimeSpan, time);
        }

        var silence = _silence;
        silence.CancelAfter(idle);
        using var registration = cancellationToken.UnsafeRegister(static state => ((CancellationTokenSource)state!).Cancel(), silence);
        try
        {
            return await stream.ReadAsync(buffer, silence.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            cancellationToken.ThrowIfCancellationRequested();
            throw new TimeoutException($"no byte came for {idle.TotalSeconds:0.#} s", e);
        }
        finally
        {
            silence.CancelAfter(Timeout.InfiniteTimeSpan);
        }
    }

    public void Dispose() => _silence.Dispose();
}
