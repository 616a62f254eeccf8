using Strata.Artifacts;
using Strata.Artifacts.Archives;
using Strata.Artifacts.Gating;
using Strata.Artifacts.Records;
using Strata.Core.Identity;
using Strata.Execution.Contexts;
using Strata.Execution.Entries;
using Strata.Execution.Events;
using Strata.Execution.Reporting;
using Strata.Execution.Trees;
using Strata.Images;
using Strata.Layers;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Artifacts;

/// <summary>
/// <c>artifacts-from</c>: a job starts when all it takes is ready, and finds it mounted, private and writable. What will not come fails it before its first step.
/// </summary>
internal sealed class ArtifactInputs(
    JobAttempt attempt, JobTrees trees, ImageUser user, Func<LogKind, string, ValueTask> say, TimeProvider time) : IDisposable
{
    private readonly List<ArtifactContent> _held = [];
    private readonly List<ArtifactReport> _reports = [];

    public IReadOnlyList<ArtifactReport> Reports => _reports;

    /// <summary>What the job stands on now.</summary>
    public List<Artifact> Taken { get; } = [];

    /// <summary>Where they are.</summary>
    public List<JobPlace> Places { get; } = [];

    /// <param name="endedAt">When the jobs that it needs ended.</param>
    /// <returns>Why the job cannot start; null: it can.</returns>
    /// <exception cref="ExpressionException">A name, path or run cannot be evaluated.</exception>
    public async Task<string?> RestoreAsync(
        IReadOnlyList<ArtifactInput> inputs, EvaluationScope scope, ObjectValue needs, IReadOnlyDictionary<string, DateTimeOffset> endedAt, CancellationToken cancellationToken)
    {
        var wanted = inputs.Select(input => new Wanted(input, input.Name.EvaluateText(scope), input.Run?.Value.EvaluateText(scope), input.Path.Value.EvaluateText(scope))).ToList();
        var bad = wanted.Where(static w => !ArtifactNames.IsName(w.Name)).Select(static w => ArtifactDiagnostics.BadName(w.Name)).ToList();
        if (bad.Count > 0)
        {
            foreach (var diagnostic in bad)
            {
                await say(LogKind.Error, diagnostic.ToString()).ConfigureAwait(false);
            }

            return string.Join(" ", bad.Select(static diagnostic => diagnostic.Message));
        }

        var (found, problem) = await new ArtifactWaiting(say, time).WaitAsync(FindAllAsync, cancellationToken).ConfigureAwait(false);
        return problem ?? await PlaceAsync(wanted, found, cancellationToken).ConfigureAwait(false);

        async Task<IReadOnlyList<ArtifactNeed>> FindAllAsync(CancellationToken cancellationToken)
        {
            var all = new List<ArtifactNeed>(wanted.Count);
            foreach (var one in wanted)
            {
                all.Add(await FindAsync(one, needs, endedAt, cancellationToken).ConfigureAwait(false));
            }

            return all;
        }
    }

    public void Dispose() => _held.ForEach(static content => content.Dispose());

    private async Task<ArtifactNeed> FindAsync(
        Wanted wanted, ObjectValue needs, IReadOnlyDictionary<string, DateTimeOffset> endedAt, CancellationToken cancellationToken)
    {
        var (input, name, run, _) = wanted;
        var isOther = run is not null && run != attempt.Producer.RunId;
        var artifact = await attempt.Services.Artifacts.FindAsync(
            run ?? attempt.Producer.RunId, name, attempt.Identity, trustFork: input.TrustFork && isOther, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Name = name,
            Run = isOther ? run : null,
            Job = input.Job,
            Optional = input.Optional,
            Producer = isOther || input.Job is null ? ProducerState.None : StateOf(needs, input.Job),
            ProducerEndedAt = isOther || input.Job is null || !endedAt.TryGetValue(input.Job, out var ended) ? null : ended,
            Artifact = artifact,
        };
    }

    private static ProducerState StateOf(ObjectValue needs, string job) => (needs[job] as ObjectValue)?["result"].ToText() switch
    {
        "success" => ProducerState.Success,
        "failure" => ProducerState.Failure,
        "cancelled" => ProducerState.Cancelled,
        "skipped" => ProducerState.Skipped,
        _ => ProducerState.None,
    };

    private async Task<string?> PlaceAsync(List<Wanted> wanted, IReadOnlyList<ArtifactNeed> found, CancellationToken cancellationToken)
    {
        for (var i = 0; i < wanted.Count; i++)
        {
            if (found[i].Artifact is not { State: ArtifactState.Ready } artifact)
            {
                await say(LogKind.Notice, $"artifact '{wanted[i].Name}' is not there; the job runs without it (optional).").ConfigureAwait(false);
                continue;
            }

            if (await PlaceAsync(artifact, wanted[i].Path, cancellationToken).ConfigureAwait(false) is { } problem)
            {
                _reports.Add(ReportOf(artifact, "failed", 0));
                return problem;
            }
        }

        return null;
    }

    private async Task<string?> PlaceAsync(Artifact artifact, string path, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var absolute = JobPaths.Absolute(path.Trim(), user.Home);
        var resolution = trees.Resolve(absolute, user);
        if (resolution.Place is not { } place || JobTrees.PlaceOf(place.Path).Overlay is JobOverlay.Temporary)
        {
            return $"the artifact '{artifact.Name}' cannot be put at '{path}': {PlaceText.Why(resolution)}";
        }

        var opening = await ArtifactContent.OpenAsync(attempt.Services.Layers.Place, artifact.Content!, cancellationToken).ConfigureAwait(false);
        if (opening.Content is not { } content)
        {
            return $"the artifact '{artifact.Name}' of job {artifact.Producer.Job} (run {artifact.Producer.RunId}) is ready, but its layer {opening.Missing?.Short} {PlaceText.Why(opening.Miss, opening.Reason)}";
        }

        _held.Add(content);
        try
        {
            if (!await trees.RestoreAsync(place, content.Layers, cancellationToken).ConfigureAwait(false))
            {
                return $"the artifact '{artifact.Name}' cannot be mounted: a layer of it is gone";
            }
        }
        catch (DamagedLayerException e)
        {
            return $"the artifact '{artifact.Name}' of job {artifact.Producer.Job} (run {artifact.Producer.RunId}) is damaged: {e.Message}";
        }
        catch (IOException e) // a full disk: views are written
        {
            return $"the artifact '{artifact.Name}' cannot be mounted: {e.Message}";
        }

        Taken.Add(artifact);
        Places.Add(JobTrees.PlaceOf(place.Path));
        var elapsed = (long)time.GetElapsedTime(started).TotalMilliseconds;
        _reports.Add(ReportOf(artifact, "ready", elapsed));
        await say(LogKind.Progress, $"artifact '{artifact.Name}' ({ArtifactText.SizeOf(artifact.Content!)}) is at {absolute}").ConfigureAwait(false);
        return null;
    }

    private static ArtifactReport ReportOf(Artifact artifact, string state, long elapsedMs) =>
        new(artifact.Name, "download", state, artifact.Content?.Tree.ToString(), artifact.Content?.SizeBytes ?? 0, 0, 0, elapsedMs);

    /// <summary>An input, evaluated.</summary>
    /// <param name="Run">Null: this run's.</param>
    private sealed record Wanted(ArtifactInput Input, string Name, string? Run, string Path);
}
