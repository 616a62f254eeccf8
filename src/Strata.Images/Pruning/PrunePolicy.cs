using System.Globalization;
using Strata.Core;
using Strata.Core.Text;
using Strata.Images.Kept;
using Strata.Layers.Store;

namespace Strata.Images.Pruning;

/// <summary>Decides what goes: never what something uses, the longest unused first, and no more than the pressure asks for.</summary>
public static class PrunePolicy
{
    /// <returns>One for each item: what goes first, in that order.</returns>
    public static IReadOnlyList<PruneDecision> Decide(IReadOnlyList<PruneItem> items, PruneRequest request, StorePressure pressure, DateTimeOffset now)
    {
        var (toFree, why) = Pressure(request, pressure);
        var shares = new LayerShares<LayerName>(items.SelectMany(static item => item.Layers.Select(static layer => layer.Layer).Distinct()));
        var goes = new List<PruneDecision>();
        var stays = new List<PruneDecision>();
        foreach (var item in items.OrderBy(static item => item.LastUsed ?? DateTimeOffset.MinValue).ThenBy(static item => item.Name, StringComparer.Ordinal))
        {
            var age = now - item.LastUsed;
            if (item.UsedBy is { } user)
            {
                stays.Add(new(item, false, $"used by {user}"));
            }
            else if (request.OlderThan is { } limit && age is { } unused && unused < limit)
            {
                stays.Add(new(item, false, $"used {Lifetime.Format(unused)} ago: less than {Lifetime.Format(limit)}"));
            }
            else if (request.AllUnused)
            {
                goes.Add(new(item, true, $"nothing uses it{Unused(age)}"));
            }
            else if (toFree > 0)
            {
                goes.Add(new(item, true, $"nothing uses it{Unused(age)}; {why}"));
                toFree -= item.Layers.Count == 0 ? item.SizeBytes : item.Layers.DistinctBy(static layer => layer.Layer).Sum(layer => shares.IsLast(layer.Layer) ? layer.SizeBytes : 0);
            }
            else
            {
                stays.Add(new(item, false, goes.Count == 0 ? "there is space enough (--all-unused removes it all the same)" : "what goes before it is enough"));
            }
        }

        return [.. goes, .. stays];
    }

    private static (long BytesToFree, string Why) Pressure(PruneRequest request, StorePressure pressure)
    {
        var cap = request.KeepBytes ?? pressure.CapBytes;
        var overCap = pressure.StoreBytes - cap;
        var wanted = (long)(pressure.DiskBytes * request.MinFreePercent / 100);
        var missing = wanted - pressure.DiskFreeBytes;
        return overCap >= missing
            ? (overCap, $"the store has {new ByteSize(pressure.StoreBytes)} and shall have {new ByteSize(cap)}")
            : (missing, string.Create(CultureInfo.InvariantCulture, $"less than {request.MinFreePercent:0.#} % of the disk are free"));
    }

    private static string Unused(TimeSpan? age) => age is { } unused ? $", last used {Lifetime.Format(unused)} ago" : "";
}
