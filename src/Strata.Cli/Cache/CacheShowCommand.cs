using System.CommandLine;
using Strata.Caching.Entries;
using Strata.Cli.Image;
using Strata.Core;
using Strata.Core.Text;

namespace Strata.Cli.Cache;

/// <summary><c>strata cache show ENTRY…</c>.</summary>
internal static class CacheShowCommand
{
    public static Command Create()
    {
        var options = new CacheOptions();
        var names = new Argument<string[]>("ENTRY") { HelpName = "ENTRY", Arity = ArgumentArity.OneOrMore, Description = "Number or key." };
        names.CompletionSources.Add(options.Keys);
        var command = new Command("show", "Show all that is known of cache entries.") { names };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = CachePlace.Open(parsed, options);
            var entries = EntriesByName.Get(place, parsed.GetValue(names)!, withRetired: true);
            if (parsed.GetValue(options.Json))
            {
                CacheJson.Print(new([.. entries.Select(EntryResult.Of)]), CacheJson.Default.EntryListResult);
            }
            else
            {
                var now = TimeProvider.System.GetUtcNow();
                foreach (var entry in entries)
                {
                    Write(Console.Out, entry, await place.Catalog!.FindHiddenReasonAsync(entry, cancellationToken).ConfigureAwait(false), now);
                }
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(TextWriter output, CacheEntry entry, string? hidden, DateTimeOffset now)
    {
        output.WriteLine($"{entry.Id}  {ImageShowCommand.Printable(entry.Key)}");
        Line("name", $"{entry.Name} ({entry.Type})");
        Line("scope", entry.Scope.ToString());
        Line("state", entry.RetiredReason is { } reason ? $"{EntryResult.Word(entry.State)}: {reason}" : EntryResult.Word(entry.State));
        Line("saved by", $"run {entry.Producer.RunId}, job {entry.Producer.Job}, attempt {entry.Producer.Attempt}");
        Line("age", ImageTable.Age(entry.CreatedAt, now));
        Line("last use", ImageTable.Age(entry.LastUsedAt, now));
        Line("ttl", entry.Ttl is { } ttl ? Lifetime.Format(ttl) : null);
        Line("max-age", entry.MaxAge is { } age ? Lifetime.Format(age) : null);
        Line("saves", entry.Spent > TimeSpan.Zero ? Lifetime.Format(entry.Spent) : null);
        Line("forks", hidden is null ? "may read it" : $"may not read it: {hidden}");
        foreach (var path in entry.Content.Paths)
        {
            Line("path", path.Tree is { } tree ? $"{path.Path}  {new ByteSize(tree.SizeBytes)}, {tree.Files} files, tree {tree.Tree.Short}" : $"{path.Path}  absent");
            foreach (var layer in path.Tree?.Layers ?? [])
            {
                Line("layer", layer.ToString());
            }
        }

        Line("inputs", entry.Manifest);

        void Line(string what, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                output.WriteLine($"  {what,-10}  {ImageShowCommand.Printable(value)}");
            }
        }
    }
}
