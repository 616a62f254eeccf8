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
    private const int ListedMax = 20;

    public static Command Create()
    {
        var options = new CacheOptions();
        var run = new Argument<string>("RUN") { HelpName = "RUN", Description = "The run's id." };
        var job = new Argument<string?>("JOB") { HelpName = "JOB", Arity = ArgumentArity.ZeroOrOne, Description = "Only this job, by its id in the workflow (of a matrix all its jobs) or by its name." };
        var name = new Argument<string?>("NAME") { HelpName = "NAME", Arity = ArgumentArity.ZeroOrOne, Description = "Only caches of this name." };
        var command = new Command("explain", "Say why each cache of a run was found or not, and what changed.") { run, job, name };
        run.CompletionSources.Add(options.Runs);
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var place = CachePlace.Open(parsed, options);
            var (runId, ofJob, ofName) = (parsed.GetValue(run)!, parsed.GetValue(job), parsed.GetValue(name));
            var lookups = await ListAsync(place, runId, ofJob, ofName, cancellationToken).ConfigureAwait(false);
            if (lookups.Count == 0)
            {
                throw new UserErrorException(CachingDiagnostics.NothingKnown(runId, ofJob, ofName, Known(await ListAsync(place, runId, null, null, cancellationToken).ConfigureAwait(false))));
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

    private static async Task<IReadOnlyList<RecordedLookup>> ListAsync(CachePlace place, string run, string? job, string? name, CancellationToken cancellationToken) =>
        place.Catalog is null ? [] : await place.Catalog.ListLookupsAsync(place.Part, run, job, name, cancellationToken).ConfigureAwait(false);

    /// <summary>A line's worth: each job by the words it can be asked for, with its caches.</summary>
    private static List<string> Known(IReadOnlyList<RecordedLookup> lookups)
    {
        var jobs = lookups.GroupBy(lookup => (lookup.Asker.Job, lookup.JobId)).Select(job =>
            $"{job.Key.Job}{(job.Key.JobId is { } id && id != job.Key.Job ? $" (id {id})" : "")}: {string.Join(", ", job.Select(lookup => lookup.Name).Distinct(StringComparer.Ordinal).Take(ListedMax))}").ToList();
        return [.. jobs.Take(ListedMax).Select(ImageShowCommand.Printable), .. jobs.Count > ListedMax ? [$"and {jobs.Count - ListedMax} jobs more"] : Array.Empty<string>()];
    }

    /// <summary>The key tells caches of one name apart: two <c>actions/cache</c> steps. One that cannot be used may be anything.</summary>
    private static void Write(TextWriter output, RecordedLookup lookup)
    {
        var key = lookup.Kind is EntryKind.Step || lookup.Class is OutcomeClass.Error || lookup.Reason.Contains($"'{lookup.Key}'", StringComparison.Ordinal) ? "" : $" '{lookup.Key}'";
        output.WriteLine(ImageShowCommand.Printable($"{lookup.Asker.Job} · {lookup.Name}{key}: {lookup.Class.NameOf()}: {lookup.Reason}"));
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
