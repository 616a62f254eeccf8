namespace Strata.Oci.Registries;

/// <summary>
/// Cancels one exchange that makes no progress. Without a body the answer has a time; with one, each piece sent starts a new idle time,
/// and after the last the registry has time to check what it got.
/// </summary>
internal sealed class ResponseWatch : IDisposable
{
    private readonly CancellationTokenSource _stalled;
    private readonly CancellationTokenSource _linked;
    private readonly RegistryOptions _options;

    public ResponseWatch(RegistryOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        _options = options;
        _stalled = new(options.ResponseTimeout, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_stalled.Token, cancellationToken);
    }

    public CancellationToken Token => _linked.Token;

    public void PieceSent() => _stalled.CancelAfter(_options.IdleTimeout);

    public void AllSent() => _stalled.CancelAfter(_options.CommitTimeout);

    public void Dispose()
    {
        _linked.Dispose();
        _stalled.Dispose();
    }
}
