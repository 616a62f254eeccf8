using System.CommandLine;
using Strata.Caching.Entries;
using Strata.Cli.Image;
using Strata.Cli.Run;

namespace Strata.Cli.Cache;

/// <summary><c>strata cache ls</c>.</summary>
internal static class CacheListCommand
{
    public static Command Create()
    {
        var options = new CacheOptions();
        var name = SelectionOptions.One("--name", "NAME", "Only caches of this name.");
        var run = SelectionOptions.One("--run", "RUN", "Only what this run saved.");
        var all = new Option<bool>("--all") { Description = "Those no longer live too." };
        var limit = NumberOption.Count("--limit", "The newest N (default: 1000).", 1_000);
        var command = new Command("ls", "List cache entries, newest first.") { name, run, all, limit };
        options.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            using var place = CachePlace.Open(parsed, options);
            IReadOnlyList<CacheEntry> entries = place.List(place.Filter with
            {
                Name = parsed.GetValue(name), RunId = parsed.GetValue(run), WithRetired = parsed.GetValue(all), CountMax = parsed.GetValue(limit),
            });
            if (parsed.GetValue(options.Json))
            {
                CacheJson.Print(new([.. entries.Select(EntryResult.Of)]), CacheJson.Default.EntryListResult);
            }
            else if (entries.Count == 0)
            {
                Option<string?>[] choosing = [name, run, options.Org, options.Repo];
                Console.Out.WriteLine(WhyNone(place, [.. choosing.Where(option => parsed.GetValue(option) is not null).Select(option => $"{option.Name} {parsed.GetValue(option)}")], parsed.GetValue(all)));
            }
            else
            {
                CacheTable.Write(Console.Out, entries, parsed.GetValue(all), TimeProvider.System.GetUtcNow());
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }

    private static string WhyNone(CachePlace place, IReadOnlyList<string> chosen, bool withRetired)
    {
        var any = new CacheFilter { CountMax = 1 };
        return chosen.Count > 0 && place.List(any with { WithRetired = withRetired }).Count > 0 ? ImageShowCommand.Printable($"no cache entry matches {string.Join(' ', chosen)}; there are others")
            : !withRetired && place.List(any with { WithRetired = true }).Count > 0 ? "no live cache entry: `strata cache ls --all` lists those out of use"
            : "no cache entries: a run saves what its jobs declare under `caches:`";
    }
}
