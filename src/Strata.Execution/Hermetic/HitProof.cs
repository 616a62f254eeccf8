using System.Globalization;
using Strata.Caching.Entries;
using Strata.Core.Diagnostics;
using Strata.Execution.Commands;
using Strata.Execution.Events;
using Strata.Execution.Logs;
using Strata.Execution.Masking;
using Strata.Layers;
using Strata.Layers.Saving;
using Strata.Sandbox;

namespace Strata.Execution.Hermetic;

/// <summary>A hit of this job that may be proved: what its step would see, and what was kept of it.</summary>
internal sealed record ProvableHit(HermeticPlan Plan, CacheEntry Entry, StepRecord Record);

/// <summary>Runs the steps of hits once more, after the job, and compares what they make with what was kept.</summary>
/// <param name="say">To the job's log.</param>
/// <param name="proofs">Takes each proof as it is made.</param>
internal sealed class HitProof(HermeticJob job, StepEntries entries, SecretMasker masker, Func<LogKind, string, ValueTask> say, ICollection<StepProof> proofs)
{
    /// <summary>What never ends proves nothing: a step is given this, or ten times what it took when that is longer.</summary>
    private static readonly TimeSpan TimeMin = TimeSpan.FromMinutes(5);

    public async Task ProveAsync(IReadOnlyList<ProvableHit> hits, CancellationToken cancellationToken)
    {
        foreach (var hit in hits)
        {
            if (!job.Verification.Draw())
            {
                continue;
            }

            try
            {
                var paths = await DifferencesAsync(hit, cancellationToken).ConfigureAwait(false);
                proofs.Add(new(hit.Plan.Command.Name, paths.Count > 0));
                job.Verification.Add(paths.Count == 0 ? null : new(job.Attempt.Producer.Job, hit.Plan.Command.Title, hit.Plan.Key, paths));
                await TellAsync(hit, paths, cancellationToken).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                await say(LogKind.Warning, $"The hit of '{hit.Plan.Command.Title}' could not be verified: its sandbox did not start in time").ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or DamagedLayerException or HostileArchiveException or EnvironmentException)
            {
                await say(LogKind.Warning, $"The hit of '{hit.Plan.Command.Title}' could not be verified: {e.Message}").ConfigureAwait(false);
            }
        }
    }

    /// <summary>What differs, in path order; then what it handed to later steps.</summary>
    /// <exception cref="IOException">The machine did not let the step end by itself: that says nothing about the hit.</exception>
    private async Task<IReadOnlyList<string>> DifferencesAsync(ProvableHit hit, CancellationToken cancellationToken)
    {
        var effects = new StepEffects();
        var output = new ObeyedOutput(new(masker, effects, allowUnsecure: false, echo: false));
        var limit = TimeSpan.FromTicks(Math.Max(10 * hit.Entry.Spent.Ticks, TimeMin.Ticks));
        using var timeout = new CancellationTokenSource(limit, job.Time);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, timeout.Token);
        var run = await HermeticSandbox.RunAsync(job, hit.Plan, effects, output, output.EndAsync, traces: false, ended.Token).ConfigureAwait(false);
        await using (run.ConfigureAwait(false))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (Trouble(run.Outcome, output.Hints, limit) is { } trouble)
            {
                throw new IOException(trouble);
            }

            if (run.Outcome.ExitCode != 0 || effects.Failure is not null)
            {
                return [$"(it fails now: exit code {run.Outcome.ExitCode})"];
            }

            using var overlay = run.OpenWorkspace();
            var place = job.Attempt.Services.Layers.Place;
            using var outputs = await OutputCapture.CaptureAsync(place, overlay, hit.Plan.Outputs, hit.Plan.Epoch, cancellationToken).ConfigureAwait(false);
            var kept = hit.Entry.Content.Paths.Count > 0 ? hit.Entry.Content.Paths[0].Tree : null;
            var paths = new List<string>();
            if (kept?.Tree != outputs?.Tree.Tree)
            {
                paths.AddRange(await TreeComparison.PathsAsync(kept, outputs?.Tree, place, cancellationToken).ConfigureAwait(false));
                if (paths.Count == 0)
                {
                    paths.Add("(its outputs)");
                }
            }

            paths.AddRange(Effects(hit.Record, effects, run.Summary is null ? null : masker.MaskText(run.Summary)));
            return [.. paths.Select(masker.MaskText)];
        }
    }

    /// <summary>Why the step could not end by itself; null: it did.</summary>
    internal static string? Trouble(ExecOutcome outcome, OutputHints hints, TimeSpan limit) => outcome switch
    {
        { OutOfMemory: true } => "a process of it was killed for memory",
        { SandboxEnded: { } ended } => ended.Message,
        { StartError: { } error } => error,
        { ExitCode: not 0 } when hints.DiskFull => "the disk was full",
        { End: not ExecEnd.Exited } => string.Create(CultureInfo.InvariantCulture, $"it has not ended after {limit.TotalMinutes:0} minutes"),
        _ => null,
    };

    private static List<string> Effects(StepRecord kept, StepEffects now, string? summary)
    {
        var differing = new List<string>();
        differing.AddRange(Names("GITHUB_OUTPUT", kept.Outputs, now.Outputs));
        differing.AddRange(Names("GITHUB_ENV", kept.Env, now.Environment));
        if (!kept.Paths.SequenceEqual(now.Paths))
        {
            differing.Add("GITHUB_PATH");
        }

        if (kept.Summary != summary)
        {
            differing.Add("GITHUB_STEP_SUMMARY");
        }

        return differing;
    }

    private static IEnumerable<string> Names(string file, IReadOnlyDictionary<string, string> before, Dictionary<string, string> after) =>
        before.Keys.Union(after.Keys, StringComparer.Ordinal)
            .Where(name => before.GetValueOrDefault(name) != after.GetValueOrDefault(name))
            .Order(StringComparer.Ordinal)
            .Select(name => $"{file}: {name}");

    private async Task TellAsync(ProvableHit hit, IReadOnlyList<string> paths, CancellationToken cancellationToken)
    {
        var step = hit.Plan.Command.Title;
        if (paths.Count == 0)
        {
            await say(LogKind.Progress, $"verified: '{step}' makes the same again").ConfigureAwait(false);
            return;
        }

        var differences = HermeticText.List(paths);
        var refuted = await entries.RefuteAsync(hit.Entry, differences, cancellationToken).ConfigureAwait(false);
        await say(LogKind.Error, HermeticText.Refuted(hit, differences, refuted)).ConfigureAwait(false);
    }
}
