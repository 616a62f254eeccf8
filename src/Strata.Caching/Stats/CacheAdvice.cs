using System.Globalization;
using Strata.Core;
using Strata.Core.Text;

namespace Strata.Caching.Stats;

/// <summary>Which caches do not pay. Advice only: nothing acts on it.</summary>
public static class CacheAdvice
{
    /// <summary>Fewer look-ups than this say nothing.</summary>
    private const int LookupsMin = 5;

    /// <summary>One line for each cache that costs more than it brings (layers of images always pay), in the order of the counts.</summary>
    /// <param name="recent">Why, as far as it is still known.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<CacheCount> counts, IReadOnlyList<RecentLookups> recent)
    {
        var known = recent.ToDictionary(static lookups => (lookups.Organization, lookups.Repository, lookups.IsStep, lookups.Type, lookups.Name));
        var lines = new List<string>();
        foreach (var count in counts)
        {
            if (!count.IsImage && count.Lookups >= LookupsMin
                && ReasonOf(count, known.GetValueOrDefault((count.Organization, count.Repository, count.IsStep, count.Type, count.Name))) is { } reason)
            {
                lines.Add($"{(count.IsStep ? "step" : "cache")} '{count.Name}' of {count.Organization}/{count.Repository}: {reason}");
            }
        }

        return lines;
    }

    private static string? ReasonOf(CacheCount count, RecentLookups? recent) => count switch
    {
        { Hits: 0, Partial: 0, Saves: 0 } => Text($"never found in {count.Lookups} look-ups, and never saved: is its path right, and do its jobs succeed?"),
        { Hits: 0, Partial: 0 } => Text($"never found in {count.Lookups} look-ups, though saved {count.Saves} times: {WhyNeverFound(recent)}"),
        _ when IsMost(recent, recent?.Evicted) => Text($"{recent!.Evicted} of {recent.Lookups} look-ups of late missed it because it had been evicted{Because(recent)}: give caches more room, or save less"),
        { IsStep: false } when count.Measured >= LookupsMin && count.Measured * 2 >= count.Hits + count.Partial && count.Spent > count.Saved => Text(
            $"{Lifetime.Format(count.Spent)} spent on restoring and saving {new ByteSize(count.RestoredBytes + count.SavedBytes)}, {SavedText(count)} by it: the job may be faster without it"),
        { IsStep: true } when count.Spent > count.Saved => Text($"{Lifetime.Format(count.Spent)} spent, {SavedText(count)}: the step is as fast without its cache"),
        _ => null,
    };

    private static string WhyNeverFound(RecentLookups? recent) => recent switch
    {
        _ when IsMost(recent, recent?.Evicted) => $"what it saves is evicted before it is looked for again{Because(recent!)}: give caches more room, or save less",
        _ when IsMost(recent, recent?.Expired) => "what it saves expires before it is looked for again: a longer ttl or max-age would keep it",
        _ when IsMost(recent, recent?.Keys) => "its key is another one each time",
        _ => "`strata cache explain RUN` says why, run by run",
    };

    /// <summary>At least half: of what is looked for and saved by two steps, each look-up is two.</summary>
    private static bool IsMost(RecentLookups? recent, long? count) => recent?.Lookups >= LookupsMin && count * 2 >= recent.Lookups;

    private static string Because(RecentLookups recent) => recent.EvictedReason is { } reason ? $" ({reason})" : "";

    private static string SavedText(CacheCount count) =>
        count.Saved < TimeSpan.Zero ? $"{Lifetime.Format(-count.Saved)} lost" : $"{Lifetime.Format(count.Saved)} saved";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
