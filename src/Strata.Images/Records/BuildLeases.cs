using Strata.Core;
using Strata.Metadata;
using Strata.Metadata.Leases;
using Strata.Tenancy;

namespace Strata.Images.Records;

/// <inheritdoc cref="IBuildLeases"/>
internal sealed class BuildLeases(Database database, TimeProvider time) : IBuildLeases
{
    private readonly Leases _leases = new(database, time, LeaseTimes.Short);

    public Task<LeaseAttempt> TryAcquireAsync(Scope scope, Digest key, string owner, string logPath, CancellationToken cancellationToken) =>
        _leases.TryAcquireAsync(NameOf(scope, key), owner, logPath, cancellationToken);

    public static string NameOf(Scope scope, Digest key) => $"build/{key}/{scope}";
}
