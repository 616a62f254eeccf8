using System.Globalization;
using Strata.Artifacts.Archives;
using Strata.Artifacts.Gating;
using Strata.Artifacts.Records;
using Strata.Execution.Artifacts;
using Strata.Execution.Entries;
using Strata.Execution.Events;
using Strata.Execution.Reporting;
using Strata.Execution.Steps;
using Strata.Layers;
using Strata.Layers.Placing;
using Strata.Layers.Saving;
using Strata.Layers.Trees;
using Strata.Sandbox;
using Strata.Workflows.Model;

namespace Strata.Execution.Actions;

/// <summary>
/// actions/download-artifact: one by its name, some by their ids, or those of a run that are ready, written into the running job. What is named and is being made is waited for, as
/// <c>artifacts-from</c> waits.
/// </summary>
/// <param name="say">To the step's log.</param>
internal sealed class DownloadArtifact(
    ActionInputs inputs, LiveJob live, JobAttempt attempt, Action<Artifact> taken, Func<LogKind, string, ValueTask> say, TimeProvider time)
{
    private const int ArtifactsMax = 1000;

    private readonly string _run = inputs.Text("run-id") ?? attempt.Producer.RunId;

    public async Task<(StepOutcome Outcome, IReadOnlyList<ArtifactReport> Reports)> RunAsync(CancellationToken cancellationToken)
    {
        var path = JobPaths.Absolute(inputs.Text("path") ?? SandboxSpec.WorkspacePath, live.User.Home);
        var reports = new List<ArtifactReport>();
        var name = inputs.Text("name");
        var (artifacts, refused) = await FindAsync(name, cancellationToken).ConfigureAwait(false);
        if (refused is not null)
        {
            return (StepOutcome.Failed(refused), reports);
        }

        foreach (var artifact in artifacts)
        {
            var started = time.GetTimestamp();
            var target = name is not null || inputs.Flag("merge-multiple") ? path : $"{path}/{artifact.Name}";
            if (await TryPlaceAsync(artifact, target, cancellationToken).ConfigureAwait(false) is { } problem)
            {
                return (StepOutcome.Failed(problem), reports);
            }

            reports.Add(new(artifact.Name, "download", "ready", artifact.Content!.Tree.ToString(), artifact.Content.SizeBytes, 0, 0, (long)time.GetElapsedTime(started).TotalMilliseconds));
        }

        var outcome = StepOutcome.Succeeded();
        outcome.Effects.Outputs["download-path"] = path;
        return (outcome, reports);
    }

    /// <returns>Ready ones; or why they cannot be had.</returns>
    private async Task<(IReadOnlyList<Artifact> Artifacts, string? Problem)> FindAsync(string? name, CancellationToken cancellationToken)
    {
        var ids = inputs.Text("artifact-ids");
        return (name, ids) switch
        {
            (not null, not null) => ([], "'name' and 'artifact-ids' cannot be used together"),
            (not null, null) => await WaitAsync(async token => [NeedOf(name, await FindNamedAsync(name, token).ConfigureAwait(false))], cancellationToken).ConfigureAwait(false),
            (null, not null) => await FindByIdAsync(ids, cancellationToken).ConfigureAwait(false),
            _ => await FindMatchingAsync(cancellationToken).ConfigureAwait(false),
        };
    }

    private async Task<(IReadOnlyList<Artifact> Artifacts, string? Problem)> FindByIdAsync(string text, CancellationToken cancellationToken)
    {
        var ids = new SortedSet<long>();
        foreach (var word in text.Split([',', '\n'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!long.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var id))
            {
                return ([], $"artifact-ids: '{word}' is no id: ids are the numbers that upload-artifact gives as its output artifact-id");
            }

            ids.Add(id);
        }

        var known = (await ListAsync(null, cancellationToken).ConfigureAwait(false)).Where(artifact => ids.Contains(artifact.Id)).ToDictionary(static artifact => artifact.Id);
        var unknown = ids.Where(id => !known.ContainsKey(id)).ToList();
        return unknown.Count > 0 || ids.Count == 0
            ? ([], $"run {_run} has no artifact with the id {(ids.Count == 0 ? "''" : string.Join(", ", unknown))} that this job may read (artifact-ids)")
            : await WaitAsync(async token => [.. (await ListAsync(null, token).ConfigureAwait(false)).Where(artifact => ids.Contains(artifact.Id)).Select(artifact => NeedOf(artifact.Name, artifact))], cancellationToken)
                .ConfigureAwait(false);
    }

    /// <summary>None is no error, as on GitHub: who takes what there is, takes nothing.</summary>
    private async Task<(IReadOnlyList<Artifact> Artifacts, string? Problem)> FindMatchingAsync(CancellationToken cancellationToken)
    {
        var ready = await ListAsync(ArtifactState.Ready, cancellationToken).ConfigureAwait(false);
        if (inputs.Text("pattern") is not { } text)
        {
            return (ready, null);
        }

        var (pattern, problem) = ArtifactNamePattern.Parse(text);
        if (pattern is null)
        {
            return ([], $"'{text}' is no pattern: {problem}");
        }

        var matching = ready.Where(artifact => pattern.Matches(artifact.Name)).ToList();
        if (matching.Count == 0)
        {
            await say(LogKind.Warning, $"No artifact of run {_run} that is ready matches '{text}': nothing is downloaded.").ConfigureAwait(false);
        }

        return (matching, null);
    }

    private async Task<(IReadOnlyList<Artifact> Artifacts, string? Problem)> WaitAsync(Func<CancellationToken, Task<IReadOnlyList<ArtifactNeed>>> find, CancellationToken cancellationToken)
    {
        var (found, problem) = await new ArtifactWaiting(say, time).WaitAsync(find, cancellationToken).ConfigureAwait(false);
        return (problem is null ? [.. found.Select(static need => need.Artifact!).OrderBy(static artifact => artifact.Name, StringComparer.Ordinal)] : [], problem);
    }

    /// <summary>Who might begin it yet is not known: what is not there is not waited for.</summary>
    private ArtifactNeed NeedOf(string name, Artifact? artifact) => new()
    {
        Name = name,
        Run = _run == attempt.Producer.RunId ? null : _run,
        Job = artifact?.Producer.Job,
        Producer = ProducerState.None,
        Artifact = artifact,
    };

    private async Task<Artifact?> FindNamedAsync(string name, CancellationToken cancellationToken) =>
        await attempt.Services.Artifacts.FindAsync(_run, name, attempt.Identity, trustFork: false, cancellationToken).ConfigureAwait(false);

    private async Task<IReadOnlyList<Artifact>> ListAsync(ArtifactState? state, CancellationToken cancellationToken) =>
    [
        .. (await attempt.Services.Artifacts.ListAsync(new(attempt.Identity) { RunId = _run, State = state, Limit = ArtifactsMax }, cancellationToken).ConfigureAwait(false))
            .OrderBy(static artifact => artifact.Name, StringComparer.Ordinal),
    ];

    /// <returns>Why it is not there; null: it is.</returns>
    private async Task<string?> TryPlaceAsync(Artifact artifact, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await PlaceAsync(artifact, path, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or DamagedLayerException or HostileArchiveException)
        {
            return $"the artifact '{artifact.Name}' cannot be put at {path}: {e.Message}";
        }
    }

    private async Task<string?> PlaceAsync(Artifact artifact, string path, CancellationToken cancellationToken)
    {
        var opening = await ArtifactContent.OpenAsync(attempt.Services.Layers.Place, artifact.Content!, cancellationToken).ConfigureAwait(false);
        using var content = opening.Content;
        if (content is null)
        {
            return $"the artifact '{artifact.Name}' is ready, but its layer {opening.Missing?.Short} {Trees.PlaceText.Why(opening.Miss, opening.Reason)}";
        }

        using var directory = live.Sandbox.OpenDirectory(path, (live.User.UserId, live.User.GroupId));
        if (directory is null)
        {
            return $"the artifact '{artifact.Name}' cannot be put at {path}: it is there and no directory";
        }

        var format = live.Sandbox.UpperFormat;
        var placement = new LivePlacement(new OwnerPolicy(format.OwnerShift, format.IdMax), attempt.Services.Layers.Scratch);
        await placement.MergeAsync(directory, [.. content.Layers.Select(LowerLayer.Of)], cancellationToken).ConfigureAwait(false);
        taken(artifact);
        return null;
    }
}
