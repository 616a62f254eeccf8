using System.Collections.Concurrent;
using Strata.Core;
using Strata.Metadata.Leases;

namespace Strata.Caching.Entries;

/// <summary>For a platform that is one process with its workers: what they have packed and hold, told here by the code that packed it.</summary>
public sealed class AttemptLayers : IStoredLayers
{
    private readonly ConcurrentDictionary<(LeaseToken Lease, string Organization, Digest Layer), bool> _stored = [];

    /// <summary>The attempt has stored the layer, and holds a lease on it until it has committed.</summary>
    public void Add(LeaseToken lease, string organization, Digest layer) => _stored.TryAdd((lease, organization, layer), true);

    /// <summary>The attempt is over.</summary>
    public void Forget(LeaseToken lease)
    {
        foreach (var (stored, _) in _stored)
        {
            if (stored.Lease == lease)
            {
                _stored.TryRemove(stored, out _);
            }
        }
    }

    public ValueTask<IReadOnlySet<Digest>> FindAsync(LeaseToken lease, string organization, IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken)
    {
        var found = new HashSet<Digest>();
        foreach (var layer in layers)
        {
            if (_stored.ContainsKey((lease, organization, layer)))
            {
                found.Add(layer);
            }
        }

        return new(found);
    }
}
