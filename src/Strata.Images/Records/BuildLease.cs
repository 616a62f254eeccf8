using Strata.Core;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <summary>The right to build a layer, renewed until disposed or lost.</summary>
internal sealed class BuildLease : IAsyncDisposable
{
    private readonly CancellationTokenSource _lost = new();

    internal BuildLease(Scope scope, Digest key, long token) => (Scope, Key, Token) = (scope, key, token);

    public Scope Scope { get; }

    public Digest Key { get; }

    /// <summary>Fencing token: each holder of the same scope and key has a higher one than all before.</summary>
    public long Token { get; }

    /// <summary>Cancelled when the lease ran out or was taken over. What is built is of no use then.</summary>
    public CancellationToken Lost => _lost.Token;

    /// <summary>Releases it.</summary>
    public ValueTask DisposeAsync()
    {
        _lost.Dispose();
        return ValueTask.CompletedTask;
    }
}
