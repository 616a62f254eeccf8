using System.Collections.Concurrent;
using Strata.Caching.Entries;
using Strata.Core;
using Strata.Metadata.Leases;

namespace Strata.Execution.Entries;

/// <summary>What the attempts of this process have stored in this host's layer store: here the process that stores and the one that commits are one.</summary>
public sealed class SavedLayers : IStoredLayers
{
    private readonly ConcurrentDictionary<LeaseToken, ConcurrentDictionary<Digest, bool>> _layers = [];

    public void Add(LeaseToken lease, IEnumerable<Digest> layers)
    {
        var stored = _layers.GetOrAdd(lease, static _ => []);
        foreach (var layer in layers)
        {
            stored[layer] = true;
        }
    }

    /// <summary>The attempt commits nothing more.</summary>
    public void Forget(LeaseToken lease) => _layers.TryRemove(lease, out _);

    public ValueTask<IReadOnlySet<Digest>> FindAsync(LeaseToken lease, string organization, IReadOnlyCollection<Digest> layers, CancellationToken cancellationToken) =>
        new(_layers.TryGetValue(lease, out var stored) ? layers.Where(stored.ContainsKey).ToHashSet() : []);
}
