using System.CommandLine;
using System.Globalization;
using Strata.Caching.Stats;
using Strata.Cli.Image;
using Strata.Core;
using Strata.Core.Text;

namespace Strata.Cli.Cache;

/// <summary><c>strata cache stats</c>.</summary>
internal static class CacheStatsCommand
{
    public static Command Create()
    {
        var options = new CacheOptions();
        var prometheus = new Option<bool>("--prometheus") { Description = "The counters as text that Prometheus reads." };
        var storage = NumberOption.Price("--storage-price", "Of a gigabyte and month, to estimate costs (default: 0.023).", 0.023m);
        var egress = NumberOption.Price("--egress-price", "Of a gigabyte fetched (default: 0.09).", 0.09m);
        var command = new Command("stats", "Hit rates, bytes, time saved and spent, costs, and which caches do not pay.") { prometheus, storage, egress };
        options.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(prometheus) && result.GetValue(options.Json))
            {
                result.AddError("--prometheus and --json are two forms of the same: give one of them.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = CachePlace.Open(parsed, options);
            var all = place.Catalog is null ? new([], 0, 0) : await place.Catalog.CountAsync(cancellationToken).ConfigureAwait(false);
            var counts = all.Counts.Where(count => place.Part.Holds(count.Organization, count.Repository)).ToList();
            var (entries, sizeBytes) = place.Catalog is null ? default : await place.Catalog.MeasureAsync(place.Part.Organization, place.Part.Repository, cancellationToken).ConfigureAwait(false);
            var chosen = all with { Counts = counts, Entries = entries, SizeBytes = sizeBytes };
            if (parsed.GetValue(prometheus))
            {
                Console.Out.Write(PrometheusText.Of(chosen));
                return ExitCode.Success;
            }

            var costs = CacheCosts.Of(chosen, parsed.GetValue(storage), parsed.GetValue(egress));
            IReadOnlyList<RecentLookups> recent = place.Catalog is null ? [] : await place.Catalog.ListRecentAsync(place.Part, cancellationToken).ConfigureAwait(false);
            var result = new StatsResult(
                [.. counts.Select(CountResult.Of)],
                [KindResult.Of("dependency", [.. counts.Where(count => count is { IsStep: false, IsImage: false })]), KindResult.Of("step", [.. counts.Where(count => count.IsStep)]), KindResult.Of("image", [.. counts.Where(count => count.IsImage)])],
                entries, sizeBytes, new(decimal.Round(costs.StorageMonthly, 4), decimal.Round(costs.Egress, 4)), CacheAdvice.Of(counts, recent))
            {
                Proofs = ProofResult.Of([.. all.Proofs.Where(step => place.Part.Holds(step.Organization, step.Repository))]),
            };
            if (parsed.GetValue(options.Json))
            {
                CacheJson.Print(result, CacheJson.Default.StatsResult);
            }
            else
            {
                Write(Console.Out, result);
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static string Saved(CountResult cache)
    {
        var saved = TimeSpan.FromMilliseconds(cache.SavedMs);
        return cache.Measured == 0 && cache.Hits + cache.Partial > 0 ? "not known" : saved < TimeSpan.Zero ? $"-{Lifetime.Format(-saved)}" : Lifetime.Format(saved);
    }

    private static void Write(TextWriter output, StatsResult result)
    {
        List<string[]> rows = [["REPOSITORY", "NAME", "TYPE", "LOOK-UPS", "HITS", "PARTIAL", "SAVES", "RESTORED", "FETCHED", "SAVED", "TIME SAVED", "TIME SPENT"]];
        foreach (var cache in result.Caches)
        {
            rows.Add(
            [
                cache.Repository, CacheTable.Cut(cache.Name), cache.Type, $"{cache.Hits + cache.Partial + cache.Misses}", $"{cache.Hits}", $"{cache.Partial}", $"{cache.Saves}",
                new ByteSize(cache.RestoredBytes).ToString(), new ByteSize(cache.TransferredBytes).ToString(), new ByteSize(cache.SavedBytes).ToString(),
                Saved(cache), Lifetime.Format(TimeSpan.FromMilliseconds(cache.SpentMs)),
            ]);
        }

        if (rows.Count > 1)
        {
            CacheTable.Write(output, rows);
        }

        foreach (var kind in result.Kinds)
        {
            if (kind is { Kind: "image", HitRate: { } reused })
            {
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"image: {reused:P1} of {kind.Lookups} layers were there"));
            }
            else if (kind.HitRate is { } rate)
            {
                var net = TimeSpan.FromMilliseconds(Math.Abs(kind.NetMs));
                output.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"{kind.Kind}: {rate:P1} of {kind.Lookups} look-ups were exact hits; {(kind.Measured == 0 ? "what they save is not known yet" : $"{Lifetime.Format(net)} {(kind.NetMs < 0 ? "lost" : "saved")} in all")}"));
            }
        }

        if (result.Proofs is { Sampled: > 0 } proofs)
        {
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"proofs: {proofs.Sampled} hits were run again, {proofs.Differing} came out different; with 95 % confidence fewer than {proofs.Bound:P1} of all hits would"));
        }

        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{result.Entries} {(result.Entries == 1 ? "entry" : "entries")}, {new ByteSize(result.SizeBytes)}; storage {result.Costs.StorageMonthly:0.00} a month, fetched so far {result.Costs.Egress:0.00}, at the given prices"));
        foreach (var advice in result.Advice)
        {
            output.WriteLine($"advice: {ImageShowCommand.Printable(advice)}");
        }
    }
}
