using Strata.Core;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <summary>One builder a layer key and scope, among all processes that share the database. A dead one is taken over once its lease has run out.</summary>
internal interface IBuildLeases
{
    /// <param name="owner">For people: who builds.</param>
    /// <param name="logPath">Where others can read along.</param>
    ValueTask<LeaseAttempt> TryAcquireAsync(Scope scope, Digest key, string owner, string logPath, CancellationToken cancellationToken);
}

internal abstract record LeaseAttempt
{
    private LeaseAttempt()
    {
    }

    /// <param name="Lease">The caller disposes it.</param>
    public sealed record Acquired(BuildLease Lease) : LeaseAttempt;

    public sealed record Held(string Owner, DateTimeOffset Since, string LogPath) : LeaseAttempt;
}
