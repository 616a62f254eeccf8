using System.IO.Enumeration;
using Strata.Artifacts.Archives;
using Strata.Artifacts.Records;
using Strata.Execution.Entries;
using Strata.Execution.Reporting;
using Strata.Execution.Steps;
using Strata.Layers;
using Strata.Layers.Placing;
using Strata.Layers.Saving;
using Strata.Layers.Trees;
using Strata.Sandbox;
using Strata.Workflows.Model;

namespace Strata.Execution.Actions;

/// <summary>actions/download-artifact: one by its name, or all of a run, written into the running job.</summary>
internal sealed class DownloadArtifact(ActionInputs inputs, LiveJob live, JobAttempt attempt, Action<Artifact> taken, TimeProvider time)
{
    private const int ArtifactsMax = 1000;

    public async Task<(StepOutcome Outcome, IReadOnlyList<ArtifactReport> Reports)> RunAsync(CancellationToken cancellationToken)
    {
        var path = JobPaths.Absolute(inputs.Text("path") ?? SandboxSpec.WorkspacePath, live.User.Home);
        var run = inputs.Text("run-id") ?? attempt.Producer.RunId;
        var reports = new List<ArtifactReport>();
        var outcome = StepOutcome.Succeeded();
        outcome.Effects.Outputs["download-path"] = path;
        var name = inputs.Text("name");
        foreach (var artifact in await FindAsync(run, name, cancellationToken).ConfigureAwait(false))
        {
            if (artifact.State is not ArtifactState.Ready)
            {
                return (StepOutcome.Failed($"the artifact '{artifact.Name}' of job {artifact.Producer.Job} is {ArtifactTransitions.WordOf(artifact.State)}: {artifact.Reason}"), reports);
            }

            var started = time.GetTimestamp();
            var target = name is not null || inputs.Flag("merge-multiple") ? path : $"{path}/{artifact.Name}";
            if (await TryPlaceAsync(artifact, target, cancellationToken).ConfigureAwait(false) is { } problem)
            {
                return (StepOutcome.Failed(problem), reports);
            }

            reports.Add(new(artifact.Name, "download", "ready", artifact.Content!.Tree.ToString(), artifact.Content.SizeBytes, 0, 0, (long)time.GetElapsedTime(started).TotalMilliseconds));
        }

        return name is not null && reports.Count == 0
            ? (StepOutcome.Failed($"run {run} has no artifact '{name}' that this job may read"), reports)
            : (outcome, reports);
    }

    private async Task<IReadOnlyList<Artifact>> FindAsync(string run, string? name, CancellationToken cancellationToken)
    {
        if (name is not null)
        {
            return await attempt.Services.Artifacts.FindAsync(run, name, attempt.Identity, trustFork: false, cancellationToken).ConfigureAwait(false) is { } found ? [found] : [];
        }

        var all = await attempt.Services.Artifacts.ListAsync(
            new(attempt.Identity) { RunId = run, State = ArtifactState.Ready, Limit = ArtifactsMax }, cancellationToken).ConfigureAwait(false);
        var pattern = inputs.Text("pattern");
        var ids = inputs.Text("artifact-ids")?.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return [.. all
            .Where(artifact => pattern is null || FileSystemName.MatchesSimpleExpression(pattern, artifact.Name, ignoreCase: false))
            .Where(artifact => ids is null || ids.Contains(artifact.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)))
            .OrderBy(static artifact => artifact.Name, StringComparer.Ordinal)];
    }

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
