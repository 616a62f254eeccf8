using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;

namespace Strata.Execution.Tests.Fakes;

/// <summary>Models without YAML.</summary>
internal static class Make
{
    public static readonly SourceSpan At = new("ci.yml", 1, 1);

    public static Template Text(string text)
    {
        var (template, problems) = Template.Parse(text, null);
        return template ?? throw new InvalidOperationException(problems[0].Message);
    }

    public static Located<Template> Located(string text) => new(Text(text), At);

    public static Condition If(string? text) => text is null ? Condition.Success : Condition.Parse(text, null).Condition!;

    public static IReadOnlyList<EnvironmentVariable> Env(params (string Name, string Value)[] entries) =>
        [.. entries.Select(e => new EnvironmentVariable(e.Name, Text(e.Value), At))];

    public static Step Run(
        string script,
        string? id = null,
        string? name = null,
        string? @if = null,
        string? shell = null,
        string? directory = null,
        string? continueOnError = null,
        string? timeout = null,
        IReadOnlyList<EnvironmentVariable>? env = null) => Step(
            new StepAction.Run(Located(script), shell is null ? null : Located(shell), directory is null ? null : Located(directory), null),
            id, name, @if, continueOnError, timeout, env);

    public static Step Uses(StepAction action, string? id = null) => Step(action, id, null, null, null, null, null);

    public static Job Job(string id, params Step[] steps) => new()
    {
        Id = id,
        At = At,
        Name = null,
        Needs = [],
        If = Condition.Success,
        IfAt = null,
        Strategy = null,
        Image = null,
        RunsOn = [],
        Env = [],
        Defaults = RunDefaults.None,
        Outputs = [],
        TimeoutMinutes = null,
        ContinueOnError = null,
        Permissions = null,
        Concurrency = null,
        Network = true,
        Resources = Resources.Unlimited,
        Caches = [],
        Artifacts = [],
        ArtifactsFrom = [],
        Steps = [.. steps.Select((s, i) => s with { Index = i })],
        Unsupported = [],
    };

    public static Job Needs(this Job job, params string[] ids) => job with { Needs = [.. ids.Select(i => new Located<string>(i, At))] };

    public static Job When(this Job job, string condition) => job with { If = If(condition), IfAt = At };

    public static Job Output(this Job job, string name, string value) =>
        job with { Outputs = [.. job.Outputs, new JobOutput(name, Text(value), At)] };

    public static Job Matrix(this Job job, string key, string[] values, string? failFast = null, string? maxParallel = null) => job with
    {
        Strategy = new()
        {
            At = At,
            Matrix = new TemplateTree.Mapping(
                [new(key, new TemplateTree.Sequence([.. values.Select(v => new TemplateTree.Leaf(Text(v), null, At))], At))], At),
            FailFast = failFast is null ? null : Located(failFast),
            MaxParallel = maxParallel is null ? null : Located(maxParallel),
        },
    };

    public static Workflow Workflow(params Job[] jobs) => new()
    {
        File = "ci.yml",
        Name = "CI",
        RunName = null,
        On = Triggers.None,
        Env = [],
        Defaults = RunDefaults.None,
        Permissions = null,
        Concurrency = null,
        Images = [],
        Caches = [],
        Jobs = jobs,
    };

    private static Step Step(
        StepAction action, string? id, string? name, string? @if, string? continueOnError, string? timeout, IReadOnlyList<EnvironmentVariable>? env) => new()
        {
            Index = 0,
            At = At,
            Id = id,
            Name = name is null ? null : Text(name),
            If = If(@if),
            IfAt = @if is null ? null : At,
            Env = env ?? [],
            ContinueOnError = continueOnError is null ? null : Located(continueOnError),
            TimeoutMinutes = timeout is null ? null : Located(timeout),
            Action = action,
        };
}
