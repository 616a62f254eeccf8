using System.Globalization;
using Strata.Execution.Contexts;
using Strata.Execution.Reporting;
using Strata.Execution.Steps;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Planning;

namespace Strata.Execution.Jobs;

/// <summary>What becomes of a job once its needs are done.</summary>
internal abstract record PreparedJob
{
    public sealed record Ready(IReadOnlyList<JobInstance> Instances, bool FailFast, int? MaxParallel) : PreparedJob;

    /// <summary>Skipped, or failed because it cannot be evaluated.</summary>
    public sealed record Fixed(RunStatus Status, string Reason) : PreparedJob;
}

/// <summary>Evaluates a job's condition, matrix, strategy and names. Pure but for the names taken.</summary>
internal static class JobPreparation
{
    /// <param name="matrixFilter">As in RunSelection.</param>
    /// <param name="names">Display names of the run so far; grows.</param>
    public static PreparedJob Prepare(
        RunFacts facts, Job job, JobNeeds needs, IReadOnlyDictionary<string, string> matrixFilter, HashSet<string> names)
    {
        var scope = JobContexts.BeforeInstance(facts, job, needs.Context).With(new JobStatusFunctions(needs.Ancestors, Cancelled: false));
        try
        {
            if (!job.If.Evaluate(scope))
            {
                return Lacking(job, needs) is { } lacking ? new PreparedJob.Fixed(RunStatus.Failure, lacking) : new PreparedJob.Fixed(RunStatus.Skipped, SkipReason(job, needs.Ancestors));
            }

            return Expand(job, needs, matrixFilter, names, scope);
        }
        catch (ExpressionException e)
        {
            return new PreparedJob.Fixed(RunStatus.Failure, $"the job cannot be evaluated: {e.Message}");
        }
    }

    private static PreparedJob Expand(
        Job job, JobNeeds needs, IReadOnlyDictionary<string, string> matrixFilter, HashSet<string> names, EvaluationScope scope)
    {
        var failFast = job.Strategy?.FailFast is not { } setting || StepRunner.IsTrue(setting.Value.Evaluate(scope));
        var maxParallel = MaxParallel(job, scope);
        IReadOnlyList<MatrixVector?> vectors = [null];
        if (job.Strategy?.Matrix is { } matrix)
        {
            var (expanded, problems) = MatrixExpansion.Expand(matrix.Evaluate(scope));
            if (problems.Count > 0)
            {
                return new PreparedJob.Fixed(RunStatus.Failure, $"the matrix is not valid: {string.Join(" ", problems)}");
            }

            vectors = MatrixFilter.Apply(expanded, matrixFilter);
            if (vectors.Count == 0)
            {
                var why = expanded.Count == 0 ? "the matrix is empty" : "no combination of the matrix is selected (--matrix)";
                return new PreparedJob.Fixed(RunStatus.Skipped, why);
            }
        }

        var instances = new List<JobInstance>(vectors.Count);
        for (var i = 0; i < vectors.Count; i++)
        {
            instances.Add(NewInstance(job, needs, vectors[i], scope, names, Strategy(failFast, i, vectors.Count, maxParallel)));
        }

        return new PreparedJob.Ready(instances, failFast, maxParallel);
    }

    private static JobInstance NewInstance(
        Job job, JobNeeds needs, MatrixVector? vector, EvaluationScope scope, HashSet<string> names, ObjectValue strategy)
    {
        var own = scope.With(("strategy", strategy), ("matrix", vector?.Values ?? ObjectValue.Empty));
        return new()
        {
            Job = job,
            Vector = vector,
            DisplayName = UniqueName(DisplayName(job, vector, own), names),
            Strategy = strategy,
            Needs = needs.Context,
            NeedsEndedAt = needs.EndedAt,
            Origin = needs.Origin,
            ContinueOnError = job.ContinueOnError is { } setting && StepRunner.IsTrue(setting.Value.Evaluate(own)),
        };
    }

    /// <summary>GitHub's: a name without expressions, and the id, are followed by the combination.</summary>
    private static string DisplayName(Job job, MatrixVector? vector, EvaluationScope scope)
    {
        var name = job.Name?.EvaluateText(scope).Trim();
        return string.IsNullOrEmpty(name) ? job.Id + vector?.DisplaySuffix
            : job.Name!.IsLiteral ? name + vector?.DisplaySuffix
            : name;
    }

    private static string UniqueName(string name, HashSet<string> names)
    {
        var unique = name;
        for (var i = 2; !names.Add(unique); i++)
        {
            unique = $"{name} #{i}";
        }

        return unique;
    }

    private static ObjectValue Strategy(bool failFast, int index, int total, int? maxParallel) => ContextValues.Of(
        ("fail-fast", Value.From(failFast)),
        ("job-index", Value.From(index)),
        ("job-total", Value.From(total)),
        ("max-parallel", Value.From(maxParallel ?? total)));

    private static int? MaxParallel(Job job, EvaluationScope scope)
    {
        if (job.Strategy?.MaxParallel is not { } setting)
        {
            return null;
        }

        var number = setting.Value.Evaluate(scope).ToNumber();
        return number >= 1 ? (int)Math.Min(number, int.MaxValue)
            : throw new ExpressionException($"max-parallel is '{setting.Value.EvaluateText(scope)}': it must be at least 1.");
    }

    /// <summary>
    /// A job that is not there for failures and takes an artifact fails where its producer did not succeed: what is required did not come, which is no reason to be skipped quietly.
    /// </summary>
    private static string? Lacking(Job job, JobNeeds needs)
    {
        if (!job.If.IsImplied)
        {
            return null;
        }

        foreach (var input in job.ArtifactsFrom)
        {
            if (input is { Optional: false, Run: null, Job: { } producer } && (needs.Context[producer] as ObjectValue)?["result"].ToText() is { Length: > 0 } result and not ("success" or "cancelled"))
            {
                return $"the artifact '{input.Name.Text}' that it takes does not come: the result of job '{producer}', which makes it, is {result}"
                    + (needs.EndedAt.TryGetValue(producer, out var ended) ? " since " + ended.ToString("u", CultureInfo.InvariantCulture) : "");
            }
        }

        return null;
    }

    private static string SkipReason(Job job, IReadOnlyDictionary<string, RunStatus> ancestors)
    {
        if (!job.If.DecidesAfterFailure)
        {
            foreach (var (id, result) in ancestors)
            {
                if (result != RunStatus.Success)
                {
                    return $"it needs '{id}', whose result is {RunStatusName.Of(result)}";
                }
            }
        }

        return $"if: {job.If.Text} is false";
    }
}
