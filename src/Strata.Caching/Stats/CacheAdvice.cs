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
    public static IReadOnlyList<string> Of(IReadOnlyList<CacheCount> counts)
    {
        var lines = new List<string>();
        foreach (var count in counts)
        {
            if (!count.IsImage && count.Lookups >= LookupsMin && ReasonOf(count) is { } reason)
            {
                lines.Add($"{(count.IsStep ? "step" : "cache")} '{count.Name}' of {count.Organization}/{count.Repository}: {reason}");
            }
        }

        return lines;
    }

    private static string? ReasonOf(CacheCount count) => count switch
    {
        { Hits: 0, Partial: 0, Saves: 0 } => Text($"never found in {count.Lookups} look-ups, and never saved: is its path right, and do its jobs succeed?"),
        { Hits: 0, Partial: 0 } => Text($"never found in {count.Lookups} look-ups, though saved {count.Saves} times: its key is another one each time"),
        { IsStep: false } when count.Measured >= LookupsMin && count.Measured * 2 >= count.Hits + count.Partial && count.Spent > count.Saved => Text(
            $"{Lifetime.Format(count.Spent)} spent on restoring and saving {new ByteSize(count.RestoredBytes + count.SavedBytes)}, {SavedText(count)} by it: the job may be faster without it"),
        { IsStep: true } when count.Spent > count.Saved => Text($"{Lifetime.Format(count.Spent)} spent, {SavedText(count)}: the step is as fast without its cache"),
        _ => null,
    };

    private static string SavedText(CacheCount count) =>
        count.Saved < TimeSpan.Zero ? $"{Lifetime.Format(-count.Saved)} lost" : $"{Lifetime.Format(count.Saved)} saved";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
