using Strata.Core;

namespace Strata.Storage.Garbage;

/// <summary>What records name: a blob that one of them names is never collected.</summary>
public interface IBlobRoots
{
    /// <summary>All of it, as of some moment during the call.</summary>
    /// <exception cref="Core.Diagnostics.EnvironmentException">It cannot be known: nothing may go.</exception>
    ValueTask<IReadOnlySet<BlobReference>> ListAsync(CancellationToken cancellationToken);
}

public readonly record struct BlobReference(string Org, Digest Digest);
