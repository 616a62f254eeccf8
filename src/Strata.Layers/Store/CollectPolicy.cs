namespace Strata.Layers.Store;

/// <summary>What may go, in this order, until so many bytes are free.</summary>
public sealed record CollectPlan(IReadOnlyList<StoredLayer> Candidates, long BytesToFree);

/// <summary>Decides which layers go when the store is over its cap: of those that nothing refers to, the longest unused first.</summary>
public static class CollectPolicy
{
    private const long CapBytesMax = 20_000_000_000;

    /// <summary>20 GB or a tenth of the disk, whichever is less.</summary>
    public static long DefaultCapBytes(long diskBytes) => Math.Min(CapBytesMax, diskBytes / 10);

    public static CollectPlan Plan(IReadOnlyList<StoredLayer> layers, IReadOnlySet<LayerName> referenced, long capBytes)
    {
        var total = 0L;
        var candidates = new List<StoredLayer>();
        foreach (var layer in layers)
        {
            total += layer.DiskBytes;
            if (!referenced.Contains(layer.Name))
            {
                candidates.Add(layer);
            }
        }

        if (total <= capBytes)
        {
            return new([], 0);
        }

        candidates.Sort(static (a, b) => a.LastUsed != b.LastUsed ? a.LastUsed.CompareTo(b.LastUsed)
            : a.Digest != b.Digest ? a.Digest.CompareTo(b.Digest)
            : string.CompareOrdinal(a.Org.Name, b.Org.Name));
        return new(candidates, total - capBytes);
    }

    /// <summary>From there on as many as free so much, if all of them go.</summary>
    public static IReadOnlyList<StoredLayer> Enough(IReadOnlyList<StoredLayer> candidates, int from, long bytesToFree)
    {
        var enough = new List<StoredLayer>();
        for (var i = from; i < candidates.Count && bytesToFree > 0; i++)
        {
            enough.Add(candidates[i]);
            bytesToFree -= candidates[i].DiskBytes;
        }

        return enough;
    }
}
