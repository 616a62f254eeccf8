using System.CommandLine;
using Strata.Caching.Entries;
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
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "The newest N (default: 1000).", DefaultValueFactory = _ => 1_000 };
        var command = new Command("ls", "List cache entries, newest first.") { name, run, all, limit };
        options.AddTo(command);
        command.SetAction((parsed, _) =>
        {
            using var place = CachePlace.Open(parsed, options);
            IReadOnlyList<CacheEntry> entries = place.List(place.Filter with
            {
                Name = parsed.GetValue(name), RunId = parsed.GetValue(run), WithRetired = parsed.GetValue(all), CountMax = Math.Max(1, parsed.GetValue(limit)),
            });
            if (parsed.GetValue(options.Json))
            {
                CacheJson.Print(new([.. entries.Select(EntryResult.Of)]), CacheJson.Default.EntryListResult);
            }
            else
            {
                CacheTable.Write(Console.Out, entries, parsed.GetValue(all), TimeProvider.System.GetUtcNow());
            }

            return Task.FromResult(ExitCode.Success);
        });
        return command;
    }
}
