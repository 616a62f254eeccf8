using Strata.Layers.Differences;
using Strata.Layers.Entries;
using Strata.Layers.Indexes;
using Strata.Layers.Store;
using Strata.Layers.Trees;

namespace Strata.Execution.Hermetic;

/// <summary>In which names two stored trees differ.</summary>
internal static class TreeComparison
{
    private const int CountMax = 1_000;

    /// <returns>In path order; null trees hold nothing. Empty also where a layer is gone.</returns>
    public static async Task<IReadOnlyList<string>> PathsAsync(StoredTree? one, StoredTree? other, ILayerPlace place, CancellationToken cancellationToken)
    {
        if (await NamesAsync(one, place, cancellationToken).ConfigureAwait(false) is not { } before || await NamesAsync(other, place, cancellationToken).ConfigureAwait(false) is not { } after)
        {
            return [];
        }

        var paths = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (path, entry) in before)
        {
            if (!after.Remove(path, out var now) || entry != now)
            {
                paths.Add(path);
            }
        }

        paths.UnionWith(after.Keys);
        return [.. paths.Take(CountMax)];
    }

    private static async Task<Dictionary<string, string>?> NamesAsync(StoredTree? tree, ILayerPlace place, CancellationToken cancellationToken)
    {
        var leases = new List<LayerLease>();
        try
        {
            foreach (var digest in tree?.Layers ?? [])
            {
                if ((await place.OpenAsync(digest, cancellationToken).ConfigureAwait(false)).Lease is not { } lease)
                {
                    return null;
                }

                leases.Add(lease);
            }

            var names = new Dictionary<string, string>(StringComparer.Ordinal);
            if (leases.Count > 0)
            {
                foreach (var shown in MergedTree.Of([.. leases.Select(static lease => LayerIndex.Open(lease.IndexPath!))]).Entries([], []))
                {
                    names[LayerEntry.Shown(shown.Entry.Path)] = $"{shown.Entry.Kind} {shown.Entry.Mode} {shown.Content} {Convert.ToHexString(shown.Entry.Link)}";
                }
            }

            return names;
        }
        finally
        {
            leases.ForEach(static lease => lease.Dispose());
        }
    }
}
