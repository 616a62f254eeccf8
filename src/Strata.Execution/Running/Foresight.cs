using Strata.Execution.Contexts;
using Strata.Execution.Jobs;
using Strata.Execution.Reporting;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Running;

/// <summary>
/// Which jobs and steps cannot run, whatever happens in the run: their conditions are false before anything starts. Where a condition
/// reads what only the run can tell, they may.
/// </summary>
/// <param name="jobs">Of the run.</param>
internal sealed class Foresight(RunRequest request, IReadOnlyList<Job> jobs)
{
    private static readonly RunStatus[] StepAssumptions = [RunStatus.Success, RunStatus.Failure, RunStatus.Cancelled];

    private static readonly HashSet<string> KnownToJobs = ["github", "strata", "vars", "inputs"];
    private static readonly HashSet<string> KnownToSteps = ["github", "vars", "inputs", "runner", "matrix"]; // not strata: its caches come with the run
    private static readonly HashSet<string> KnownToActions = ["github", "runner"]; // inputs are the action's own

    private readonly Lazy<RunFacts> _facts = new(() => RunFactsOf.Request(request, "foreseen", runNumber: 1, actor: Environment.UserName));
    private readonly Ancestry _ancestry = new(jobs);
    private readonly Dictionary<string, IReadOnlyList<RunStatus>> _jobs = new(StringComparer.OrdinalIgnoreCase);

    public bool MayRun(Job job) => When(job).Count > 0;

    /// <summary>What must become of the jobs it depends on for it to run, as success(), failure() and cancelled() tell it. Skipped: none of them is true.</summary>
    public IReadOnlyList<RunStatus> When(Job job)
    {
        if (!_jobs.TryGetValue(job.Id, out var known))
        {
            var scope = JobContexts.BeforeInstance(_facts.Value, job, ObjectValue.Empty);
            known = PlainMatrix.Of(job) is { } vectors && MatrixFilter.Apply(vectors, request.Selection.Matrix).Count == 0
                ? []
                : [.. Assumptions(job).Where(assumed => MayBeTrue(job.If, scope, KnownToJobs, assumed))];
            _jobs[job.Id] = known;
        }

        return known;
    }

    /// <param name="job">One that may run.</param>
    public bool MayRun(Job job, Step step)
    {
        if (step.If.IsImplied)
        {
            return true;
        }

        var scope = JobContexts.BeforeInstance(_facts.Value, job, ObjectValue.Empty).With(("runner", ContextValues.Runner(_facts.Value.Debug)));
        if (job.Strategy?.Matrix is null)
        {
            return MayRun(step, scope.With(("matrix", ObjectValue.Empty)), KnownToSteps);
        }

        return PlainMatrix.Of(job) is { } vectors
            ? MatrixFilter.Apply(vectors, request.Selection.Matrix).Any(vector => MayRun(step, scope.With(("matrix", vector.Values)), KnownToSteps))
            : MayRun(step, scope, [.. KnownToSteps.Where(static name => name != "matrix")]);
    }

    /// <summary>Of an action that some step of the job calls.</summary>
    public bool MayRunInAction(Job job, Step step) => step.If.IsImplied || MayRun(
        step, JobContexts.BeforeInstance(_facts.Value, job, ObjectValue.Empty).With(("runner", ContextValues.Runner(_facts.Value.Debug))), KnownToActions);

    private static bool MayRun(Step step, EvaluationScope scope, HashSet<string> known) =>
        StepAssumptions.Any(assumed => MayBeTrue(step.If, scope, known, assumed));

    private static bool MayBeTrue(Condition condition, EvaluationScope scope, HashSet<string> known, RunStatus assumed)
    {
        var foreseen = new ForeseenScope(scope, known, assumed);
        try
        {
            return condition.Evaluate(foreseen) || foreseen.IsOpen;
        }
        catch (ExpressionException)
        {
            return true; // the run says what is wrong with it
        }
    }

    private IEnumerable<RunStatus> Assumptions(Job job)
    {
        var ancestors = _ancestry.Of(job);
        if (ancestors.All(MayRun))
        {
            yield return RunStatus.Success;
        }

        if (ancestors.Any(ancestor => MayRun(ancestor) || MayFailUnstarted(ancestor)))
        {
            yield return RunStatus.Failure;
        }

        if (ancestors.Count > 0)
        {
            yield return RunStatus.Skipped;
        }

        yield return RunStatus.Cancelled;
    }

    /// <summary>A job that takes an artifact fails, and is not skipped, when its producer did not succeed.</summary>
    private static bool MayFailUnstarted(Job job) => job.If.IsImplied && job.ArtifactsFrom.Any(static input => input is { Optional: false, Run: null });

    /// <summary>Answers what is known, and notes when something else was asked.</summary>
    private sealed class ForeseenScope(EvaluationScope scope, HashSet<string> known, RunStatus assumed) : IExpressionScope
    {
        public bool IsOpen { get; private set; }

        public Value GetContext(string name)
        {
            IsOpen |= !known.Contains(name);
            return scope.GetContext(name);
        }

        public Value Call(string function, IReadOnlyList<Value> arguments)
        {
            IsOpen |= arguments.Count > 0; // of jobs by name, or of files
            return function switch
            {
                "success" => Value.From(assumed is RunStatus.Success),
                "failure" => Value.From(assumed is RunStatus.Failure),
                "cancelled" => Value.From(assumed is RunStatus.Cancelled),
                "always" => Value.True,
                _ => Value.Null,
            };
        }
    }
}
