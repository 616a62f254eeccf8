using Strata.Core;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <summary>One builder a layer key and scope, among all processes that share the database. A dead one is taken over once its lease has run out.</summary>
internal interface IBuildLeases
{
    /// <param name="owner">For people: who builds.</param>
    /// <param name="logPath">Where others can read along: the note of who waits.</param>
    Task<LeaseAttempt> TryAcquireAsync(Scope scope, Digest key, string owner, string logPath, CancellationToken cancellationToken);
}
