using Strata.Execution.Contexts;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Jobs;

/// <summary>Contexts of one job, before and while it runs.</summary>
internal static class JobContexts
{
    public static ObjectValue GitHub(RunFacts facts, string jobId) =>
        GitHubContext.With(GitHubContext.OfRun(facts), ("job", Value.From(jobId)));

    /// <summary>For a job's if, matrix, strategy and name: before it has an instance.</summary>
    public static EvaluationScope BeforeInstance(RunFacts facts, Job job, ObjectValue needs)
    {
        var github = GitHub(facts, job.Id);
        return EvaluationScope.Empty.With(
            ("github", github),
            ("strata", GitHubContext.Strata(github, facts.Identity)),
            ("vars", facts.Vars),
            ("inputs", facts.Inputs),
            ("needs", needs));
    }

    /// <summary>For what a job evaluates before its first step.</summary>
    public static EvaluationScope Of(RunFacts facts, JobInstance instance) => BeforeInstance(facts, instance.Job, instance.Needs).With(
        ("strategy", instance.Strategy),
        ("matrix", instance.Matrix),
        ("secrets", facts.Secrets),
        ("runner", ContextValues.Runner(facts.Debug)));

    /// <summary>The env of workflow, request and job, the later over the earlier.</summary>
    /// <exception cref="ExpressionException">An entry cannot be evaluated.</exception>
    public static Dictionary<string, string> Env(RunFacts facts, JobInstance instance, IReadOnlyList<EnvironmentVariable> containerEnv, EvaluationScope scope)
    {
        var env = new Dictionary<string, string>(StringComparer.Ordinal);
        AddEnv(containerEnv, env, scope);
        AddEnv(facts.Workflow.Env, env, scope);
        foreach (var (name, value) in facts.Env)
        {
            env[name] = value;
        }

        var workflowEnv = scope.With(("env", ContextValues.OfTexts(env)));
        AddEnv(instance.Job.Env, env, workflowEnv);
        return env;
    }

    private static void AddEnv(IReadOnlyList<EnvironmentVariable> entries, Dictionary<string, string> env, EvaluationScope scope)
    {
        foreach (var entry in entries)
        {
            env[entry.Name] = entry.Value.EvaluateText(scope);
        }
    }
}
