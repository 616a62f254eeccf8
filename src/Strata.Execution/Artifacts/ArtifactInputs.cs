using Strata.Artifacts.Archives;
using Strata.Artifacts.Gating;
using Strata.Artifacts.Records;
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
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(500);

    private readonly List<ArtifactContent> _held = [];
    private readonly List<ArtifactReport> _reports = [];

    public IReadOnlyList<ArtifactReport> Reports => _reports;

    /// <summary>What the job stands on now.</summary>
    public List<Artifact> Taken { get; } = [];

    /// <summary>Where they are.</summary>
    public List<JobPlace> Places { get; } = [];

    /// <param name="endedAt">When the jobs that it needs ended.</param>
    /// <returns>Why the job cannot start; null: it can.</returns>
    /// <exception cref="ExpressionException">A path or run cannot be evaluated.</exception>
    public async Task<string?> RestoreAsync(
        IReadOnlyList<ArtifactInput> inputs, EvaluationScope scope, ObjectValue needs, IReadOnlyDictionary<string, DateTimeOffset> endedAt, CancellationToken cancellationToken)
    {
        var wanted = inputs.Select(input => (Input: input, Run: input.Run?.Value.EvaluateText(scope), Path: input.Path.Value.EvaluateText(scope))).ToList();
        var since = time.GetUtcNow();
        for (string? said = null; ;)
        {
            var found = new List<ArtifactNeed>(wanted.Count);
            foreach (var (input, run, _) in wanted)
            {
                found.Add(await FindAsync(input, run, needs, endedAt, cancellationToken).ConfigureAwait(false));
            }

            switch (ArtifactGate.Decide(found, since, time.GetUtcNow(), ArtifactGate.DefaultWaitMax))
            {
                case GateVerdict.Fail(var problems):
                    foreach (var problem in problems)
                    {
                        await say(LogKind.Error, problem.ToString()).ConfigureAwait(false);
                    }

                    return string.Join(" ", problems.Select(static problem => problem.Message));
                case GateVerdict.Wait(var why):
                    if (why != said)
                    {
                        await say(LogKind.Progress, said = why).ConfigureAwait(false);
                    }

                    await Task.Delay(PollInterval, time, cancellationToken).ConfigureAwait(false);
                    continue;
                case GateVerdict.Ready(var artifacts):
                    return await PlaceAsync(wanted.ConvertAll(static w => (w.Input, w.Path)), found, artifacts, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    public void Dispose() => _held.ForEach(static content => content.Dispose());

    private async Task<ArtifactNeed> FindAsync(
        ArtifactInput input, string? run, ObjectValue needs, IReadOnlyDictionary<string, DateTimeOffset> endedAt, CancellationToken cancellationToken)
    {
        var isOther = run is not null && run != attempt.Producer.RunId;
        var artifact = await attempt.Services.Artifacts.FindAsync(
            run ?? attempt.Producer.RunId, input.Name, attempt.Identity, trustFork: input.TrustFork && isOther, cancellationToken).ConfigureAwait(false);
        return new()
        {
            Name = input.Name,
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

    private async Task<string?> PlaceAsync(
        List<(ArtifactInput Input, string Path)> wanted, List<ArtifactNeed> found, IReadOnlyList<Artifact> ready, CancellationToken cancellationToken)
    {
        for (var i = 0; i < wanted.Count; i++)
        {
            if (found[i].Artifact is not { } artifact || !ready.Any(a => a.Id == artifact.Id))
            {
                await say(LogKind.Notice, $"artifact '{wanted[i].Input.Name}' is not there; the job runs without it (optional).").ConfigureAwait(false);
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
}
