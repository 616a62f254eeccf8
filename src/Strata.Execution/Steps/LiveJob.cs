using System.Text;
using Strata.Execution.Contexts;
using Strata.Execution.Sources;
using Strata.Execution.Masking;
using Strata.Images;
using Strata.Sandbox;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Steps;

/// <summary>A job while its sandbox lives: what its steps share and change. Used by one step at a time.</summary>
internal sealed class LiveJob
{
    public required RunFacts Facts { get; init; }

    public required Job Job { get; init; }

    public required ISandbox Sandbox { get; init; }

    public required JobCancellation Cancellation { get; init; }

    public required SecretMasker Masker { get; init; }

    public required IFileHasher Hasher { get; init; }

    public required TimeProvider Time { get; init; }

    public required ImageUser User { get; init; }

    public required IReadOnlyDictionary<string, string> ImageEnv { get; init; }

    /// <summary>How package clients reach registries from this host; empty with --no-site.</summary>
    public required IReadOnlyDictionary<string, string> SiteEnv { get; init; }

    /// <summary>For hints.</summary>
    public required string ImageName { get; init; }

    /// <summary>vars, inputs, needs, strategy, matrix, secrets, runner; without github, env, steps, job.</summary>
    public required EvaluationScope Contexts { get; init; }

    /// <summary>With what belongs to the job; without what belongs to a step.</summary>
    public required ObjectValue GitHub { get; init; }

    /// <summary>Of workflow, request and job, then what steps added through GITHUB_ENV.</summary>
    public required Dictionary<string, string> Env { get; init; }

    public required IStepActions Actions { get; init; }

    /// <summary>Null: the job has no such steps.</summary>
    public IHermeticSteps? Hermetic { get; init; }

    /// <summary>What steps put before PATH; the last one comes first.</summary>
    public List<string> Paths { get; } = [];

    /// <summary>Host file that collects step summaries.</summary>
    public required string SummaryFile { get; init; }

    /// <summary>The last command that was started: --shell-on-failure opens a shell like it.</summary>
    public ExecSpec? LastExec { get; set; }

    /// <param name="masked">What a step wrote as its summary.</param>
    public Task AddSummaryAsync(string masked) =>
        File.AppendAllTextAsync(SummaryFile, masked.EndsWith('\n') ? masked : masked + "\n", Encoding.UTF8, CancellationToken.None);

    /// <summary>Evaluates where the workspace can be read, if the expression reads files.</summary>
    public ValueTask<T> EvaluateAsync<T>(string expressions, Func<T> evaluate) =>
        EvaluationScope.ReadsFiles(expressions) ? Sandbox.RunInMountNamespaceAsync(evaluate, Cancellation.Hard) : new(evaluate());
}
