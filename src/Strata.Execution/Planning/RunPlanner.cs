using System.Text.Json.Nodes;
using Strata.Core.Diagnostics;
using Strata.Execution.Contexts;
using Strata.Execution.Images;
using Strata.Execution.Jobs;
using Strata.Execution.Reporting;
using Strata.Execution.Running;
using Strata.Images;
using Strata.Images.Recipes;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Planning;

/// <summary>
/// Evaluates conditions, matrices, names and images as a run does, with every need assumed to succeed; what reads a need's outputs
/// stays open. Reads nothing and starts nothing.
/// </summary>
public static class RunPlanner
{
    private const string PlannedRunId = "planned";

    public static (RunPlan Plan, IReadOnlyList<Diagnostic> Problems) Make(RunRequest request)
    {
        var (jobs, _) = SelectedJobs.Of(request.Workflow, request.Selection);
        var facts = RunFactsOf.Request(request, PlannedRunId, runNumber: 1, actor: Environment.UserName);
        var planner = new Planning(request, facts, jobs);
        foreach (var job in jobs)
        {
            planner.Add(job);
        }

        var plan = new RunPlan(
            request.Workflow.Name, request.Workflow.File, request.WorkspaceDirectory, request.Identity.FullRepository, request.Identity.Ref,
            GitHubContext.TrustName(request.Identity.Trust), request.EventName,
            [.. planner.Jobs.OrderBy(job => job.Stage)]);
        return (plan, RunCheck.Check(request));
    }

    /// <summary>
    /// The images of a workflow: of all definitions, then of all jobs, whatever their conditions say now, as far as they are known before a run.
    /// </summary>
    internal static IReadOnlyList<(string Name, BaseImage Image)> ImagesOf(RunRequest request) =>
    [
        .. Definitions(request).Select(image => (image.Name, image.Recipe)).Concat(Jobs(request).Select(job => (job.Image.Name, job.Image.Recipe)))
            .SelectMany(static image => image.Recipe.Sources().Select(source => (image.Item1, source))),
    ];

    /// <summary>The recipes of a workflow, as <see cref="ImagesOf"/> finds them, by what asks for them: <c>images.NAME</c>, or a job. Some come twice.</summary>
    internal static IReadOnlyList<(string User, ImageRecipe Recipe)> RecipesOf(RunRequest request) =>
        [.. Definitions(request).Select(static image => ($"images.{image.Name}", image.Recipe)), .. Jobs(request).Select(static job => (job.Id, job.Image.Recipe))];

    private static IEnumerable<SelectedImage> Definitions(RunRequest request)
    {
        var selection = new ImageSelection(request.Workflow, request.RunnerImages, request.WorkspaceDirectory, request.Lock);
        return request.Workflow.Images.Select(definition => selection.Find(definition.Name!, definition.At).Image).OfType<SelectedImage>();
    }

    /// <summary>Inline ones first, called after their jobs.</summary>
    private static IEnumerable<(string Id, SelectedImage Image)> Jobs(RunRequest request)
    {
        var selection = new ImageSelection(request.Workflow, request.RunnerImages, request.WorkspaceDirectory, request.Lock);
        var inline = new List<(string, SelectedImage)>();
        IReadOnlyList<Job> jobs = [.. request.Workflow.Jobs.Select(job => job with { If = Condition.Success, Unsupported = [] })];
        var planner = new Planning(request, RunFactsOf.Request(request, PlannedRunId, runNumber: 1, actor: Environment.UserName), jobs);
        foreach (var job in jobs)
        {
            planner.Add(job);
            if (job.Image is ImageChoice.Inline && selection.Select(job, scope: null).Image is { } image)
            {
                inline.Add((job.Id, image with { Name = job.Id }));
            }
        }

        return [.. inline, .. planner.Images];
    }

    private sealed class Planning(RunRequest request, RunFacts facts, IReadOnlyList<Job> jobs)
    {
        private readonly Foresight _foresight = new(request, jobs);
        private readonly ImageSelection _images = new(request.Workflow, request.RunnerImages, request.WorkspaceDirectory, request.Lock);
        private readonly NeedsContext _needs = new(jobs);
        private readonly HashSet<string> _names = new(StringComparer.Ordinal);
        private readonly Dictionary<string, RunStatus> _results = new(StringComparer.OrdinalIgnoreCase);
        private readonly Dictionary<string, int> _stages = new(StringComparer.OrdinalIgnoreCase);

        public List<PlannedJob> Jobs { get; } = [];

        public List<(string Id, SelectedImage Image)> Images { get; } = [];

        /// <summary>What it needs is planned first, wherever it stands in the document.</summary>
        public void Add(Job job)
        {
            if (_stages.ContainsKey(job.Id))
            {
                return;
            }

            var stage = 0;
            foreach (var need in job.Needs)
            {
                if (jobs.FirstOrDefault(other => other.Id.Equals(need.Value, StringComparison.OrdinalIgnoreCase)) is { } needed)
                {
                    Add(needed);
                    stage = Math.Max(stage, _stages[needed.Id] + 1);
                }
            }

            _stages[job.Id] = stage;
            _results[job.Id] = RunStatus.Success;
            Plan(job, stage);
        }

        private void Plan(Job job, int stage)
        {
            if (RunCheck.Obstacles(job, request.Selection.Matrix, _foresight).FirstOrDefault() is { } obstacle)
            {
                Jobs.Add(Of(job, stage, PlannedOutcome.Refused, obstacle.Message));
                return;
            }

            if (OpenUntil(job) is { } need)
            {
                Jobs.Add(Of(job, stage, PlannedOutcome.Open, $"decided when '{need}' is done: its outputs are read"));
                Choose(job, null); // it may be known all the same
                return;
            }

            var prepared = JobPreparation.Prepare(facts, job, _needs.Of(job, ResultOf), request.Selection.Matrix, _names);
            if (prepared is PreparedJob.Ready ready)
            {
                Jobs.AddRange(ready.Instances.Select(instance => Of(instance, stage)));
                return;
            }

            var decided = (PreparedJob.Fixed)prepared;
            _results[job.Id] = decided.Status;
            Jobs.Add(decided.Status != RunStatus.Skipped ? Of(job, stage, PlannedOutcome.Refused, decided.Reason)
                : OnlyWhen(job) is { } only ? Of(job, stage, PlannedOutcome.Open, only)
                : Of(job, stage, PlannedOutcome.Skipped, decided.Reason));
        }

        /// <summary>What must go wrong for a job to run that is skipped when all goes well; null: it never runs.</summary>
        private string? OnlyWhen(Job job)
        {
            var when = _foresight.When(job);
            return when.Contains(RunStatus.Failure) ? "runs only if something fails"
                : when.Contains(RunStatus.Cancelled) ? "runs only if the run is cancelled"
                : null;
        }

        private RunStatus ResultOf(string id) => _results.GetValueOrDefault(id, RunStatus.Success);

        private PlannedJob Of(JobInstance instance, int stage)
        {
            var image = Choose(instance.Job, JobContexts.Of(facts, instance));
            return Of(instance.Job, stage, PlannedOutcome.Runs, null) with
            {
                Name = instance.DisplayName,
                Matrix = instance.Vector?.Values.ToJson() as JsonObject,
                Image = image?.ToString(),
            };
        }

        private SelectedImage? Choose(Job job, IExpressionScope? scope)
        {
            var (image, _) = _images.Select(job, scope);
            if (image is not null)
            {
                Images.Add((job.Id, image));
            }

            return image;
        }

        private static PlannedJob Of(Job job, int stage, PlannedOutcome outcome, string? reason) => new(
            job.Id, job.Name?.Text ?? job.Id, null, stage, [.. job.Needs.Select(need => need.Value)], outcome, reason, null,
            [.. job.Steps.Select(Describe)]);

        private static string Describe(Step step) => step.Name?.Text ?? step.Action switch
        {
            StepAction.Run run => $"Run {FirstLine(run.Script.Value.Text)}",
            StepAction.LocalAction local => $"Run ./{local.Path}",
            StepAction.BuiltIn builtIn => $"Run {builtIn.Name}",
            StepAction.Foreign foreign => $"Run {foreign.Reference}",
            _ => "Run",
        };

        private static string FirstLine(string script) => script.AsSpan().Trim().ToString().Split('\n', 2)[0].TrimEnd();

        /// <summary>The job whose outputs decide whether and how often this one runs, or null.</summary>
        private string? OpenUntil(Job job)
        {
            foreach (var path in job.If.Expressions.SelectMany(e => e.Paths).Concat(MatrixPaths(job.Strategy?.Matrix)))
            {
                if (path.Split('.') is ["needs", var need, "outputs", ..] && jobs.Any(other => other.Id.Equals(need, StringComparison.OrdinalIgnoreCase)))
                {
                    return need;
                }
            }

            return null;
        }

        private static IEnumerable<string> MatrixPaths(TemplateTree? tree) => tree switch
        {
            TemplateTree.Leaf leaf => leaf.Template.Expressions.SelectMany(e => e.Paths),
            TemplateTree.Sequence sequence => sequence.Items.SelectMany(MatrixPaths),
            TemplateTree.Mapping mapping => mapping.Members.SelectMany(member => MatrixPaths(member.Value)),
            _ => [],
        };
    }
}
