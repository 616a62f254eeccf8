using Strata.Workflows.Expressions;

namespace Strata.Workflows.Schema;

/// <summary>
/// What expressions may name, by key: GitHub's "context availability" table, with <c>strata</c> wherever <c>github</c> is, and
/// the same idea for Strata's own keys.
/// </summary>
internal static class Sites
{
    private static readonly string[] None = [];
    private static readonly string[] Hash = ["hashfiles"];
    private static readonly string[] Status = ["always", "cancelled", "success", "failure"];

    public static ExpressionSite Workflow { get; } = Site(None, "inputs", "vars");

    public static ExpressionSite WorkflowEnv { get; } = Site(None, "secrets", "inputs", "vars");

    public static ExpressionSite CallOutput { get; } = Site(None, "jobs", "inputs", "vars");

    public static ExpressionSite JobIf { get; } = Site(Status, "needs", "vars", "inputs") with { StatusOfJobs = true };

    public static ExpressionSite Snapshot { get; } = Site(None, "needs", "strategy", "matrix", "vars", "inputs");

    public static ExpressionSite Strategy { get; } = Site(None, "needs", "vars", "inputs");

    /// <summary>Name, runs-on, image, container, concurrency, continue-on-error, timeout-minutes.</summary>
    public static ExpressionSite Job { get; } = Site(None, "needs", "strategy", "matrix", "vars", "inputs");

    public static ExpressionSite JobEnv { get; } = Site(None, "needs", "strategy", "matrix", "vars", "secrets", "inputs");

    public static ExpressionSite JobDefaults { get; } = Site(None, "needs", "strategy", "matrix", "env", "vars", "inputs");

    public static ExpressionSite ContainerCredentials { get; } = Site(None, "needs", "strategy", "matrix", "env", "vars", "secrets", "inputs");

    public static ExpressionSite ContainerEnv { get; } =
        Site(None, "needs", "strategy", "matrix", "job", "runner", "env", "vars", "secrets", "inputs");

    public static ExpressionSite EnvironmentUrl { get; } =
        Site(None, "needs", "strategy", "matrix", "job", "runner", "env", "vars", "steps", "inputs");

    public static ExpressionSite JobOutputs { get; } =
        Site(None, "needs", "strategy", "matrix", "job", "runner", "env", "vars", "secrets", "steps", "inputs");

    public static ExpressionSite Step { get; } =
        Site(Hash, "needs", "strategy", "matrix", "job", "runner", "env", "vars", "secrets", "steps", "inputs");

    public static ExpressionSite StepIf { get; } = Site(
        [.. Status, .. Hash], "needs", "strategy", "matrix", "job", "runner", "env", "vars", "steps", "inputs");

    /// <summary>Keys of caches: once, at job start. No secrets: a key is shown to everyone.</summary>
    public static ExpressionSite CacheKey { get; } =
        Site(Hash, "needs", "strategy", "matrix", "job", "runner", "env", "vars", "inputs");

    /// <summary>Names and paths of artifacts: at the end of the job.</summary>
    public static ExpressionSite Artifact { get; } =
        Site(Hash, "needs", "strategy", "matrix", "job", "runner", "env", "vars", "steps", "inputs");

    /// <summary>Names under which a job takes artifacts: known before there is anything of the job.</summary>
    public static ExpressionSite ArtifactInputName => Job;

    public static ExpressionSite ActionInputDefault { get; } = Site(Hash, "strategy", "matrix", "job", "runner");

    public static ExpressionSite ActionStep { get; } = Site(Hash, "strategy", "matrix", "job", "runner", "env", "steps", "inputs");

    public static ExpressionSite ActionStepIf { get; } =
        Site([.. Status, .. Hash], "strategy", "matrix", "job", "runner", "env", "steps", "inputs");

    private static ExpressionSite Site(string[] functions, params string[] contexts) =>
        new(new HashSet<string>(["github", "strata", .. contexts], StringComparer.Ordinal), new HashSet<string>(functions, StringComparer.Ordinal));
}
