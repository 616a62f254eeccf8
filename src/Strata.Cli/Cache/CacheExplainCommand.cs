using System.CommandLine;
using Strata.Caching;
using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Cli.Image;
using Strata.Core.Diagnostics;

namespace Strata.Cli.Cache;

/// <summary><c>strata cache explain RUN [JOB] [NAME]</c>: why each look-up came out as it did.</summary>
internal static class CacheExplainCommand
{
    public static Command Create()
    {
        var options = new CacheOptions();
        var run = new Argument<string>("RUN") { HelpName = "RUN", Description = "The run's id." };
        var job = new Argument<string?>("JOB") { HelpName = "JOB", Arity = ArgumentArity.ZeroOrOne, Description = "Only this job." };
        var name = new Argument<string?>("NAME") { HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne, Description = "Only caches of this name." };
        var command = new Command("explain", "Say why each cache of a run was found or not, and what changed.") { run, job, name };
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = CachePlace.Open(parsed, options);
            var (runId, ofJob, ofName) = (parsed.GetValue(run)!, parsed.GetValue(job), parsed.GetValue(name));
            IReadOnlyList<RecordedLookup> lookups = place.Catalog is null ? [] : await place.Catalog.ListLookupsAsync(runId, ofJob, ofName, cancellationToken).ConfigureAwait(false);
            if (lookups.Count == 0)
            {
                throw new UserErrorException(CachingDiagnostics.NothingKnown(runId, ofJob, ofName));
            }

            if (parsed.GetValue(options.Json))
            {
                CacheJson.Print(new(runId, [.. lookups.Select(LookupResult.Of)]), CacheJson.Default.ExplainResult);
            }
            else
            {
                foreach (var lookup in lookups)
                {
                    Write(Console.Out, lookup);
                }
            }

            return ExitCode.Success;
        });
        return command;
    }

    private static void Write(TextWriter output, RecordedLookup lookup)
    {
        output.WriteLine(ImageShowCommand.Printable($"{lookup.Asker.Job} · {lookup.Name}: {lookup.Class.NameOf()}: {lookup.Reason}"));
        foreach (var change in lookup.Changes)
        {
            output.WriteLine(ImageShowCommand.Printable($"    {change}"));
        }

        if (lookup.Save != "skipped" || lookup.SaveReason is not null)
        {
            output.WriteLine(ImageShowCommand.Printable($"    save: {lookup.Save}{(lookup.SaveReason is { } reason ? $": {reason}" : "")}"));
        }
    }
}
