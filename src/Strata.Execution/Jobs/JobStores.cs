using System.Runtime.CompilerServices;
using Strata.Artifacts.Records;
using Strata.Core.Diagnostics;
using Strata.Core.Tasks;
using Strata.Execution.Actions;
using Strata.Execution.Artifacts;
using Strata.Execution.Caches;
using Strata.Execution.Contexts;
using Strata.Execution.Entries;
using Strata.Execution.Hermetic;
using Strata.Execution.Logs;
using Strata.Execution.Reporting;
using Strata.Execution.Sources;
using Strata.Execution.Steps;
using Strata.Execution.Trees;
using Strata.Images;
using Strata.Images.Revoking;
using Strata.Layers.Differences;
using Strata.Sandbox;
using Strata.Tenancy;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Jobs;

/// <summary>What one attempt at a job restores before its steps and publishes after them. Disposing gives up the attempt's right to publish.</summary>
internal sealed class JobStores : IStepActions, IAsyncDisposable
{
    private readonly JobInstance _instance;
    private readonly JobAttempt _attempt;
    private readonly ArtifactInputs _inputs;
    private readonly ArtifactPublishing _publishing;
    private readonly ImageUser _user;
    private readonly RunServices _run;
    private readonly JobEvents _events;
    private readonly CapturedWorkspace _workspace;
    private readonly CacheSession _caches;
    private readonly List<ArtifactReport> _uploads = [];
    private readonly ResolvedImage _image;
    private readonly string? _unusable; // why nothing is looked for and nothing published; null: the attempt is recorded

    private JobStores(
        RunServices run, JobInstance instance, JobAttempt attempt, JobTrees trees, ImageUser user, ResolvedImage image, CapturedWorkspace workspace, JobEvents events, string? unusable)
    {
        (_run, _instance, _attempt, _user, _workspace, _events, _image, _unusable, Trees) = (run, instance, attempt, user, workspace, events, image, unusable, trees);
        _caches = new(run.Entries, attempt, trees, user, image.Digest, run.Secrets, run.Masker, type => WhyOff(run, unusable, type), run.Explain, events.SayAsync, run.Time);
        _inputs = new(attempt, trees, user, events.SayAsync, run.Time);
        _publishing = new(attempt, trees, run.Secrets, run.Masker, () => _caches.Sources, events.SayAsync, run.Time);
        Hermetic = new(new()
        {
            Attempt = attempt,
            Trees = trees,
            User = user,
            Image = image,
            Host = run.Host,
            Limits = new(instance.Job.Resources.Cpu, instance.Job.Resources.Memory, instance.Job.Resources.Pids, instance.Job.Resources.Disk),
            Secrets = run.Secrets,
            Off = run.CachesOff,
            Unusable = run.CachesOff is null ? unusable : null,
            PlacesOf = _caches.PlacesOf,
            MayMount = MayMount,
            Sources = () => _caches.Sources,
            AddSource = _caches.AddSource,
            SuggestInputs = run.SuggestInputs,
            Explains = run.Explain,
            Verification = run.Verification,
            Time = run.Time,
        });
    }

    private static CachesOff? WhyOff(RunServices run, string? unusable, string type) =>
        run.CachesOff ?? (unusable is not null ? new(unusable, "error") : run.IsPresetActive(type) ? null : CachesOff.OfType(type));

    public HermeticSteps Hermetic { get; }

    public JobTrees Trees { get; }

    /// <summary>Of both directions, in the order they happened.</summary>
    public IReadOnlyList<ArtifactReport> Artifacts => [.. _inputs.Reports, .. _uploads];

    /// <summary>A job that restores and publishes nothing does without all this.</summary>
    /// <param name="steps">Its own and those of actions.</param>
    public static bool AreNeededBy(Job job, IReadOnlyList<Step> steps) =>
        job.Caches.Count > 0 || job.Artifacts.Count > 0 || job.ArtifactsFrom.Count > 0 || steps.Any(static step => step.Action is StepAction.BuiltIn { Name: not "checkout" } or StepAction.Run { Cache: not null });

    /// <summary>Whether a job runs on it even where nothing is kept.</summary>
    /// <param name="steps">Its own and those of actions.</param>
    public static bool HasHermetic(IReadOnlyList<Step> steps) => steps.Any(static step => step.Action is StepAction.Run { Cache: not null });

    /// <summary>Whether a job can do without all of it, only slower.</summary>
    /// <param name="steps">Its own and those of actions.</param>
    public static bool AreOnlyForCaches(Job job, IReadOnlyList<Step> steps) =>
        job.Artifacts.Count == 0 && job.ArtifactsFrom.Count == 0 && steps.All(static step =>
            step.Action is StepAction.Run or StepAction.LocalAction or StepAction.BuiltIn { Name: "checkout" } || CacheAction.Is(step.Action));

    /// <summary>Of the job's outputs.</summary>
    public JobOrigin Origin => _unusable is null ? new([.. _caches.Sources.Distinct()], [], _attempt.IsShareable) : OriginWithout(_run, _instance, _image);

    /// <summary>Of the outputs of a job that publishes nothing: what its image stands on is found out by who publishes what is made of them.</summary>
    public static JobOrigin OriginWithout(RunServices run, JobInstance instance, ResolvedImage? image) =>
        instance.Origin.With(new([], image?.Layers ?? [], run.Secrets.Count == 0 && image?.IsShareable is not false));

    /// <returns>Null: the image has no such user.</returns>
    [AsyncMethodBuilder(typeof(PrecompiledTaskBuilder<>))]
    public static async Task<JobStores?> OpenAsync(
        RunServices run, JobInstance instance, ResolvedImage image, CapturedWorkspace workspace, JobEvents events, CancellationToken cancellationToken)
    {
        var attempt = await run.Entries.StartAttemptAsync(instance.DisplayName, instance.Job.Id, cancellationToken).ConfigureAwait(false);
        return await OpenAsync(run, instance, attempt, image, workspace, events, unusable: null).ConfigureAwait(false);
    }

    /// <summary>For a job with hermetic steps where the database cannot be used: they run on layers of this host, and nothing is looked for or kept.</summary>
    /// <param name="unusable">Why.</param>
    /// <inheritdoc cref="OpenAsync(RunServices, JobInstance, ResolvedImage, CapturedWorkspace, JobEvents, CancellationToken)"/>
    public static async Task<JobStores?> OpenUnrecordedAsync(
        RunServices run, JobInstance instance, ResolvedImage image, CapturedWorkspace workspace, JobEvents events, string unusable, CancellationToken cancellationToken)
    {
        var attempt = await run.Entries.OpenUnrecordedAsync(instance.DisplayName, instance.Job.Id, cancellationToken).ConfigureAwait(false);
        return await OpenAsync(run, instance, attempt, image, workspace, events, unusable).ConfigureAwait(false);
    }

    private static async Task<JobStores?> OpenAsync(
        RunServices run, JobInstance instance, JobAttempt attempt, ResolvedImage image, CapturedWorkspace workspace, JobEvents events, string? unusable)
    {
        try
        {
            var trees = new JobTrees(image, workspace, attempt.Services.Layers);
            if (trees.FindUser(image.Config.User) is not { } user)
            {
                trees.Dispose();
                await attempt.DisposeAsync().ConfigureAwait(false);
                return null;
            }

            var origin = instance.Origin;
            if (!image.IsShareable || !origin.IsShareable || run.Secrets.Count > 0)
            {
                attempt.Hide();
            }

            var stores = new JobStores(run, instance, attempt, trees, user, image, workspace, events, unusable);
            if (!attempt.IsRecorded)
            {
                return stores;
            }

            foreach (var source in origin.Sources)
            {
                stores._caches.AddSource(source);
            }

            foreach (var product in ImageProducts.Of(attempt.Services.Database, attempt.Identity, [.. image.Layers, .. origin.ImageLayers]))
            {
                stores._caches.AddSource(product);
            }

            return stores;
        }
        catch
        {
            await attempt.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>What presets of its caches set for the job's steps.</summary>
    public IReadOnlyDictionary<string, string> Env => _caches.Env;

    public ObjectValue Caches => _caches.Context;

    public IReadOnlyList<CacheReport> CacheReports => _unusable is null ? _caches.Reports : JobReports.Unusable(_instance.Job, _unusable);

    /// <summary>Names of the caches it may save.</summary>
    public IReadOnlySet<string> CacheNames => _caches.Names;

    /// <param name="scope">Of the job, with its env.</param>
    /// <returns>Why the job cannot start; null: it can.</returns>
    /// <exception cref="ExpressionException">An artifact cannot be evaluated.</exception>
    public async Task<string?> RestoreAsync(EvaluationScope scope, CancellationToken cancellationToken)
    {
        if (_instance.Job.Caches.Count > 0)
        {
            var reading = new CacheReading(_run.Facts.Workflow, scope, new(_workspace.Layer), _run.Masker, _user.Home);
            List<CacheSpec> specs = [.. _instance.Job.Caches.Select(reading.Read)];
            foreach (var notice in specs.Where(spec => WhyOff(_run, _unusable, spec.Type) is null).SelectMany(static spec => spec.Notices))
            {
                await _run.SayOnceAsync(notice).ConfigureAwait(false);
            }

            if (await _caches.RestoreAsync(specs, cancellationToken).ConfigureAwait(false) is { } missed)
            {
                return missed;
            }
        }

        var problem = _instance.Job.ArtifactsFrom.Count == 0 ? null
            : await _inputs.RestoreAsync(_instance.Job.ArtifactsFrom, scope, _instance.Needs, _instance.NeedsEndedAt, cancellationToken).ConfigureAwait(false);
        _inputs.Taken.ForEach(Take);
        return problem;
    }

    public async Task<StepOutcome> RunAsync(StepAction.BuiltIn action, string? called, LiveJob live, EvaluationScope scope, StepLog log, CancellationToken cancellationToken)
    {
        if (_unusable is not null)
        {
            return await new WithoutStores(_unusable).RunAsync(action, called, live, scope, log, cancellationToken).ConfigureAwait(false);
        }

        var inputs = await ActionInputs.EvaluateAsync(action, live, scope).ConfigureAwait(false);
        switch (action.Name)
        {
            case "upload-artifact":
                await _run.SayShortSecretsAsync().ConfigureAwait(false);
                var (outcome, report) = await UploadArtifact.RunAsync(inputs, action, live, _attempt, _publishing, _run.Entries.NoteRemoved, cancellationToken).ConfigureAwait(false);
                if (report is not null)
                {
                    _uploads.Add(report);
                }

                return outcome;
            case "download-artifact":
                var (downloaded, reports) = await new DownloadArtifact(inputs, live, _attempt, Take, (kind, text) => log.SayAsync(kind, text), _run.Time).RunAsync(cancellationToken).ConfigureAwait(false);
                _uploads.AddRange(reports);
                return downloaded;
            case "cache/save":
                return await CacheAction.SaveAsync(inputs, action, called, live, _caches, cancellationToken).ConfigureAwait(false);
            default:
                return await CacheAction.RestoreAsync(inputs, action, called, live, _caches, _attempt, saves: action.Name == "cache", cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Caches are saved as differences to what the job stood on: a step that may save any path comes too late to be asked.</summary>
    private bool MayMount(byte[] name) =>
        _instance.Job.Steps.All(static step => step.Action is StepAction.Run or StepAction.BuiltIn { Name: not ("cache" or "cache/save") })
        && !_caches.Places.Any(place => place.Overlay is JobOverlay.Workspace
            && (place.Path.Length == 0 || place.Path.AsSpan().SequenceEqual(name) || TreePath.IsBelow(place.Path, name) || TreePath.IsBelow(name, place.Path)));

    /// <summary>What is published from now on stands on it.</summary>
    private void Take(Artifact artifact)
    {
        _caches.AddSource(new(ProductKind.Artifact, artifact.Id));
        if (!artifact.Shareable)
        {
            _attempt.Hide();
        }
    }

    /// <summary>When the steps have ended, and nobody writes in the sandbox any more.</summary>
    /// <returns>Why the job fails for it; null: it does not.</returns>
    public async Task<string?> PublishAsync(RunStatus soFar, EvaluationScope scope, ISandbox sandbox, CancellationToken cancellationToken)
    {
        if (_instance.Job.Artifacts.Count == 0)
        {
            return null;
        }

        await _run.SayShortSecretsAsync().ConfigureAwait(false);
        var declared = new DeclaredArtifacts(_instance.Job.Artifacts, _publishing, _user.Home);
        var (reports, problem) = await declared.PublishAsync(soFar, scope, sandbox, cancellationToken).ConfigureAwait(false);
        _uploads.AddRange(reports);
        return problem;
    }

    /// <summary>The job's result is there: what needs it may go on. Where that cannot be recorded, the attempt is found lost by the next start.</summary>
    public async Task TryEndAsync(RunStatus status, string? reason)
    {
        try
        {
            await _attempt.EndAsync(status, reason).ConfigureAwait(false);
        }
        catch (EnvironmentException)
        {
        }
    }

    /// <summary>The caches, when the job has ended. Nothing here fails it.</summary>
    /// <param name="work">What the job's steps took together.</param>
    /// <param name="sandbox">Frozen; null: there is nothing to save.</param>
    public async Task SaveAsync(RunStatus status, TimeSpan work, ISandbox? sandbox, CancellationToken cancellationToken)
    {
        try
        {
            var workWithoutHits = work + Hermetic.Saved; // what these saved is not what restored caches saved
            await _caches.SaveAsync(_inputs.Places, status is RunStatus.Success, workWithoutHits, sandbox, cancellationToken).ConfigureAwait(false);
            await Hermetic.VerifyAsync(_run.Masker, _events.SayAsync, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            await Hermetic.RecordAsync(CancellationToken.None).ConfigureAwait(false); // also of what was interrupted
        }
    }

    /// <inheritdoc cref="CacheSession.Leave"/>
    public void LeaveCaches(string reason) => _caches.Leave(reason);

    /// <summary>What became of the caches of a job that ended before it could save: it found and restored them all the same.</summary>
    public async Task TryRecordAsync()
    {
        try
        {
            await _caches.RecordAsync(work: null).ConfigureAwait(false);
            await Hermetic.RecordAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (EnvironmentException)
        {
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_attempt.IsRecorded)
        {
            _attempt.Services.Saved.Forget(_attempt.Token);
        }

        await Hermetic.DisposeAsync().ConfigureAwait(false);
        _caches.Dispose();
        _inputs.Dispose();
        Trees.Dispose();
        await _attempt.DisposeAsync().ConfigureAwait(false);
    }
}
