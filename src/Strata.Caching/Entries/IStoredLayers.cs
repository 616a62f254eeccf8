using Strata.Core;
using Strata.Metadata.Leases;

namespace Strata.Caching.Entries;

/// <summary>
/// Which layers an attempt has itself stored. Besides a readable entry that is the only ground on which it may publish them: knowing a digest proves nothing.
/// </summary>
public interface IStoredLayers
{
    /// <returns>Those of <paramref name="layers"/> that the attempt has stored, and that are kept until its commit.</returns>
    ValueTask<IReadOnlySet<Digest>> FindAsync(LeaseToken lease, string organization, IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken);
}
