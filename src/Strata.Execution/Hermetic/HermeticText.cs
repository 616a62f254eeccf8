using System.Globalization;
using System.Text;
using Strata.Caching.Entries;
using Strata.Caching.Explain;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Steps;
using Strata.Execution.Trees;
using Strata.Layers.Entries;
using Strata.Layers.Saving;

namespace Strata.Execution.Hermetic;

/// <summary>What a hermetic step's log says besides what its command prints.</summary>
internal static class HermeticText
{
    private const int NamesShown = 10;
    private const int NamesRead = 1_000;

    /// <summary>The log as it was, marked.</summary>
    public static async Task ReplayAsync(StepHit hit, long savedMs, StepLog log)
    {
        var producer = hit.Entry.Producer;
        await log.SayAsync(LogKind.Progress, string.Create(
            CultureInfo.InvariantCulture,
            $"cached: outputs and log of run {producer.RunId}, job {producer.Job} ({hit.Entry.Scope}); it took {hit.Entry.Spent.TotalSeconds:0.0} s, saved {savedMs / 1000.0:0.0} s")).ConfigureAwait(false);
        foreach (var line in hit.Record.Log)
        {
            await log.SayAsync(line.Kind, line.Text, line.Properties).ConfigureAwait(false);
        }

        if (hit.Record.LogCut > 0)
        {
            await log.SayAsync(LogKind.Progress, string.Create(CultureInfo.InvariantCulture, $"{hit.Record.LogCut} more lines were not kept")).ConfigureAwait(false);
        }
    }

    /// <param name="explains">With its class, and what is another than in the nearest entry.</param>
    public static async Task TellMissAsync(CacheLookup lookup, bool explains, StepLog log)
    {
        await log.SayAsync(LogKind.Progress, $"not cached{(explains ? $" ({lookup.Class.NameOf()})" : "")}: {lookup.Reason}").ConfigureAwait(false);
        foreach (var change in explains ? lookup.Changes : [])
        {
            await log.SayAsync(LogKind.Progress, $"    {change}").ConfigureAwait(false);
        }
    }

    /// <summary>What became of what it wrote, and why it may have failed.</summary>
    public static async Task TellAsync(
        HermeticPlan plan, HermeticSandbox run, CapturedOutputs? outputs, HermeticJob job, LiveJob live, bool succeeded, StepLog log)
    {
        var undeclared = Undeclared(plan, run);
        if (undeclared.Count > 0)
        {
            await log.SayAsync(LogKind.Warning, $"wrote undeclared {List(undeclared)}: only what 'outputs' names is kept.").ConfigureAwait(false);
        }

        if (outputs is { Dropped: > 0 })
        {
            await log.SayAsync(LogKind.Warning, $"{outputs.Dropped} sockets or attributes that have no place in a layer are left out of the outputs.").ConfigureAwait(false);
        }

        if (succeeded && outputs is null && plan.Outputs.Patterns.Count > 0)
        {
            await log.SayAsync(LogKind.Warning, $"nothing matches the outputs {string.Join(", ", plan.Outputs.Patterns.Select(static pattern => pattern.Text))}.").ConfigureAwait(false);
        }

        if (!succeeded)
        {
            await log.SayAsync(LogKind.Notice, $"A step with 'cache:' sees its image, the files of 'inputs' and the variables of 'env', and has no network.{Left(job, live)}").ConfigureAwait(false);
        }
    }

    /// <summary>Two runs of the same step with the same inputs made different things: said with the files in which they differ.</summary>
    public static async Task TellDifferenceAsync(CacheEntry winner, CapturedOutputs? outputs, HermeticJob job, StepLog log, CancellationToken cancellationToken)
    {
        var paths = await TreeComparison.PathsAsync(winner.Content.Paths[0].Tree, outputs?.Tree, job.Attempt.Services.Layers.Place, cancellationToken).ConfigureAwait(false);
        var what = paths.Count == 0 ? "cannot be compared now" : List(paths);
        await log.SayAsync(
            LogKind.Warning,
            $"The step is not deterministic: run {winner.Producer.RunId}, job {winner.Producer.Job} made something else of the same inputs: {what}.").ConfigureAwait(false);
    }

    /// <param name="refuted">What came of it; null: another proof was faster.</param>
    public static string Refuted(ProvableHit hit, string differences, RefutationReport? refuted)
    {
        var producer = hit.Entry.Producer;
        var text = $"The hit of '{hit.Plan.Command.Title}' is not what the step makes now: {differences}. Its key is in quarantine: the step runs each time. The entry was made by run {producer.RunId}, job {producer.Job}.";
        if (refuted is { Entries.Count: > 0 })
        {
            text += string.Create(CultureInfo.InvariantCulture, $" With it go {refuted.Entries.Count} cache entries that stand on it, of {List(refuted.Runs)}.");
        }

        return refuted is { Marked.Count: > 0 }
            ? $"{text} {string.Join(", ", refuted.Marked.Select(static product => string.Create(CultureInfo.InvariantCulture, $"{product.Kind} {product.Id}").ToLowerInvariant()))} stand on it too: 'strata revoke {producer.RunId}' takes them back."
            : text;
    }

    public static string List(IReadOnlyList<string> names)
    {
        var shown = string.Join(", ", names.Take(NamesShown));
        return names.Count <= NamesShown ? shown : string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - NamesShown} more");
    }

    private static List<string> Undeclared(HermeticPlan plan, HermeticSandbox run)
    {
        var undeclared = new List<string>();
        using (var workspace = run.OpenWorkspace())
        {
            undeclared.AddRange(workspace.Names(NamesRead, (path, isDirectory) => IsDeclared(plan, Encoding.UTF8.GetString(path), isDirectory)).Select(static name => LayerEntry.Shown(name)));
        }

        undeclared.AddRange(run.WrittenInRoot(NamesRead).Select(static name => $"/{LayerEntry.Shown(name)}"));
        return undeclared;
    }

    private static bool IsDeclared(HermeticPlan plan, string path, bool isDirectory) =>
        isDirectory ? plan.Outputs.CoversBelow(path) : plan.Outputs.Matches(path);

    private static string Left(HermeticJob job, LiveJob live)
    {
        using var root = job.Trees.Open(JobOverlay.Root, live.Sandbox);
        var changed = root.Names(NamesRead);
        return changed.Count == 0 ? ""
            : $" What earlier steps changed outside the workspace is not there: {List([.. changed.Select(static name => $"/{LayerEntry.Shown(name)}")])}. Put it into the image.";
    }
}
