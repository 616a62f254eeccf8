using System.CommandLine;

namespace Strata.Cli.Cache;

/// <summary><c>strata cache rm ENTRY…</c>.</summary>
internal static class CacheRemoveCommand
{
    public static Command Create()
    {
        var options = new CacheOptions();
        var names = new Argument<string[]>("ENTRY") { HelpName = "ENTRY", Arity = ArgumentArity.OneOrMore, Description = "Number or key; of a key all entries that have it." };
        names.CompletionSources.Add(options.Keys);
        var command = new Command("rm", "Take cache entries out of use. What is being restored stays.") { names };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = CachePlace.Open(parsed, options);
            var entries = EntriesByName.Get(place, parsed.GetValue(names)!, withRetired: false); // all or none
            List<long> removed = [];
            foreach (var entry in entries)
            {
                if (await place.Catalog!.RemoveAsync(entry.Id, "removed by a user", cancellationToken).ConfigureAwait(false))
                {
                    removed.Add(entry.Id);
                    if (!parsed.GetValue(options.Json))
                    {
                        Console.Out.WriteLine($"removed {entry.Id}, {CacheTable.Cut(entry.Key)}, of {entry.Scope}");
                    }
                }
            }

            if (parsed.GetValue(options.Json))
            {
                CacheJson.Print(new(removed), CacheJson.Default.CacheRemoveResult);
            }

            return ExitCode.Success;
        });
        return command;
    }
}
