using System.CommandLine;
using System.Globalization;
using Strata.Cli.Run;
using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Core.Text;
using Strata.Execution.Planning;
using Strata.Images.Pruning;

namespace Strata.Cli.Image;

/// <summary><c>strata image prune</c>: makes room, and says of each thing why it goes or stays.</summary>
internal static class ImagePruneCommand
{
    public static Command Create()
    {
        var options = new ImageOptions();
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say what would go." };
        var olderThan = SelectionOptions.One("--older-than", "TIME", "Only what was not used for so long, as 7d.");
        var keepBytes = SelectionOptions.One("--keep-bytes", "SIZE", "How large the store may be, as 10GB (default: its limit).");
        var minFree = SelectionOptions.One("--min-free", "PERCENT", "How much of the disk shall be free (default: 15%).");
        var allUnused = new Option<bool>("--all-unused") { Description = "Everything that nothing uses, though there is space." };
        var command = new Command("prune", "Remove images and layers that nothing uses, the longest unused first, if space is short.");
        foreach (var option in (Option[])[dryRun, olderThan, keepBytes, minFree, allUnused])
        {
            command.Options.Add(option);
        }

        options.AddTo(command);
        command.SetAction((parsed, _) => ImageWork.RunAsync(async (progress, cancellationToken) =>
        {
            List<Diagnostic> problems = [];
            var request = new PruneRequest
            {
                OlderThan = Time(parsed.GetValue(olderThan), problems),
                KeepBytes = Size(parsed.GetValue(keepBytes), problems),
                MinFreePercent = Percent(parsed.GetValue(minFree), problems),
                AllUnused = parsed.GetValue(allUnused),
                IsDryRun = parsed.GetValue(dryRun),
            };
            if (problems.Count > 0)
            {
                throw new UserErrorException(problems);
            }

            var place = ImagePlace.Open(parsed, options, null);
            var workflows = WorkflowsBeside.All(place);
            var users = new ImageUsers(place, workflows);
            var steps = WorkflowImages.Steps(workflows);
            foreach (var workflow in workflows)
            {
                steps.AddWorkflow(WorkflowImages.Recipes(workflow).Select(static image => image.Recipe));
            }

            var outcome = await new ImagePruning(place.Data, LocalRoots.Of(place.Data), place.Configuration.LayersBytesMax, TimeProvider.System)
                .RunAsync(request, steps, place.Identity, users.Of, progress, cancellationToken).ConfigureAwait(false);
            Print(outcome, request.IsDryRun, parsed.GetValue(options.Json));
            return ExitCode.Success;
        }));
        return command;
    }

    private static void Print(PruneOutcome outcome, bool isDryRun, bool json)
    {
        if (json)
        {
            ImageJson.Print(
                new(
                    isDryRun, outcome.BytesFreed,
                    [.. outcome.Decisions.Select(d => new PrunedResult(
                        Word(d.Item.Kind), d.Item.Name, d.Item.SizeBytes, d.Item.LastUsed, d.Goes, d.Reason))]),
                ImageJson.Default.PruneResult);
            return;
        }

        foreach (var decision in outcome.Decisions)
        {
            var what = !decision.Goes ? "kept        " : isDryRun ? "would remove" : "removed     ";
            Console.Out.WriteLine($"{what}  {decision.Item.Name}  {new ByteSize(decision.Item.SizeBytes)}: {decision.Reason}");
        }

        var count = outcome.Decisions.Count(d => d.Goes);
        Console.Out.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{count} of {outcome.Decisions.Count} {(isDryRun ? "would go" : "removed")}, {new ByteSize(outcome.BytesFreed)}{(isDryRun ? " at most" : "")}"));
    }

    private static string Word(PruneKind kind) => kind switch
    {
        PruneKind.BuiltLayer => "built-layer",
        PruneKind.Image => "image",
        _ => "layer",
    };

    private static TimeSpan? Time(string? text, List<Diagnostic> problems)
    {
        if (text is null)
        {
            return null;
        }

        if (Lifetime.TryParse(text, out var time))
        {
            return time;
        }

        problems.Add(CliDiagnostics.BadOption("--older-than", text, "a time as 7d, 12h or 30m"));
        return null;
    }

    private static long? Size(string? text, List<Diagnostic> problems)
    {
        if (text is null)
        {
            return null;
        }

        if (ByteSize.TryParse(text, out var size))
        {
            return size.Bytes;
        }

        problems.Add(CliDiagnostics.BadOption("--keep-bytes", text, "a size as 10GB or 500MiB"));
        return null;
    }

    private static double Percent(string? text, List<Diagnostic> problems)
    {
        if (text is null)
        {
            return PruneRequest.MinFreePercentDefault;
        }

        if (double.TryParse(text.TrimEnd('%'), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100)
        {
            return percent;
        }

        problems.Add(CliDiagnostics.BadOption("--min-free", text, "a percentage from 0% to 100%"));
        return PruneRequest.MinFreePercentDefault;
    }
}
