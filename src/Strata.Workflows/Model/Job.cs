using Strata.Core;
using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;

namespace Strata.Workflows.Model;

public sealed record Job
{
    /// <summary>The YAML id: letters, digits, - and _, not starting with a digit or '-'; at most 100 characters.</summary>
    public required string Id { get; init; }

    public required SourceSpan At { get; init; }

    public required Template? Name { get; init; }

    /// <summary>Written <c>needs</c> and what <c>artifacts-from</c> implies, without duplicates.</summary>
    public required IReadOnlyList<Located<string>> Needs { get; init; }

    public required Condition If { get; init; }

    /// <summary>Whether <c>if:</c> is written; its place.</summary>
    public required SourceSpan? IfAt { get; init; }

    public required Strategy? Strategy { get; init; }

    /// <summary>The image as chosen by <c>image:</c>, else <c>container:</c>, else null.</summary>
    public required ImageChoice? Image { get; init; }

    /// <summary>Labels of <c>runs-on</c>, in order; empty when absent. Used to choose an image by configuration.</summary>
    public required IReadOnlyList<Located<Template>> RunsOn { get; init; }

    public required IReadOnlyList<EnvironmentVariable> Env { get; init; }

    public required RunDefaults Defaults { get; init; }

    public required IReadOnlyList<JobOutput> Outputs { get; init; }

    /// <summary>Minutes; null is 360.</summary>
    public required Located<Template>? TimeoutMinutes { get; init; }

    public required Located<Template>? ContinueOnError { get; init; }

    public required Permissions? Permissions { get; init; }

    public required Concurrency? Concurrency { get; init; }

    /// <summary>False for <c>network: none</c>.</summary>
    public required bool Network { get; init; }

    public required Resources Resources { get; init; }

    /// <summary>Names of top-level caches and inline declarations, in document order.</summary>
    public required IReadOnlyList<CacheUse> Caches { get; init; }

    public required IReadOnlyList<ArtifactDeclaration> Artifacts { get; init; }

    public required IReadOnlyList<ArtifactInput> ArtifactsFrom { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>What this job uses that no Strata executes (services, environment, windows runners, unknown actions in steps …).</summary>
    public required IReadOnlyList<Unsupported> Unsupported { get; init; }
}

/// <summary><c>outputs:</c> entry.</summary>
public sealed record JobOutput(string Name, Template Value, SourceSpan At);

public sealed record Strategy
{
    public required SourceSpan At { get; init; }

    /// <summary>A tree of plain values and templates, evaluated when the job's needs are done; null without <c>matrix:</c>.</summary>
    public required TemplateTree? Matrix { get; init; }

    public required Located<Template>? FailFast { get; init; }

    public required Located<Template>? MaxParallel { get; init; }
}

/// <summary>YAML data whose leaves may hold expressions: a matrix, inputs of a built-in action.</summary>
public abstract record TemplateTree(SourceSpan At)
{
    public sealed record Leaf(Template Template, Value? Plain, SourceSpan At) : TemplateTree(At);

    public sealed record Sequence(IReadOnlyList<TemplateTree> Items, SourceSpan At) : TemplateTree(At);

    public sealed record Mapping(IReadOnlyList<KeyValuePair<string, TemplateTree>> Members, SourceSpan At) : TemplateTree(At);

    /// <summary>A leaf gives its plain YAML value (boolean, number, string, null), or what its expressions evaluate to.</summary>
    public Value Evaluate(IExpressionScope scope) => this switch
    {
        Leaf { Plain: { } plain } => plain,
        Leaf leaf => leaf.Template.Evaluate(scope),
        Sequence sequence => new ArrayValue([.. sequence.Items.Select(item => item.Evaluate(scope))]),
        Mapping mapping => new ObjectValue(mapping.Members.Select(m => KeyValuePair.Create(m.Key, m.Value.Evaluate(scope)))),
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}

/// <summary><c>resources:</c>; null is no limit of its own.</summary>
/// <param name="Cpu">Cores, may be a fraction; from 0.01 to 1024.</param>
/// <param name="Memory">At least 6 MiB.</param>
/// <param name="Pids">At least 1.</param>
/// <param name="Disk">Bytes the job may write.</param>
public sealed record Resources(decimal? Cpu, ByteSize? Memory, long? Pids, ByteSize? Disk)
{
    public static Resources Unlimited { get; } = new(null, null, null, null);
}

public sealed record Step
{
    /// <summary>Position in the job, from 0.</summary>
    public required int Index { get; init; }

    public required SourceSpan At { get; init; }

    public required string? Id { get; init; }

    public required Template? Name { get; init; }

    public required Condition If { get; init; }

    public required SourceSpan? IfAt { get; init; }

    public required IReadOnlyList<EnvironmentVariable> Env { get; init; }

    public required Located<Template>? ContinueOnError { get; init; }

    public required Located<Template>? TimeoutMinutes { get; init; }

    public required StepAction Action { get; init; }
}

/// <summary>What a step does.</summary>
public abstract record StepAction
{
    /// <summary><c>run:</c>.</summary>
    public sealed record Run(Located<Template> Script, Located<Template>? Shell, Located<Template>? WorkingDirectory, StepCache? Cache) : StepAction;

    /// <summary><c>uses: ./path</c> of a composite action; loaded when the job runs.</summary>
    /// <param name="Path">Relative to the workspace, as written after <c>./</c>.</param>
    public sealed record LocalAction(string Path, IReadOnlyList<KeyValuePair<string, Located<Template>>> With, SourceSpan At) : StepAction;

    /// <summary>An action Strata itself implements: checkout, cache, cache/restore, cache/save, upload-artifact, download-artifact.</summary>
    /// <param name="Name">Without owner and version: <c>checkout</c>, <c>cache/restore</c>.</param>
    public sealed record BuiltIn(string Name, IReadOnlyList<KeyValuePair<string, Located<Template>>> With, SourceSpan At) : StepAction;

    /// <summary>Anything else. The job's <see cref="Job.Unsupported"/> says what to write instead.</summary>
    public sealed record Foreign(string Reference, SourceSpan At) : StepAction
    {
        /// <summary>What is said when it comes to run after all; null: that it cannot.</summary>
        public string? Why { get; init; }
    }
}

/// <summary><c>cache:</c> of a step: what a hermetic step sees, makes and reads (DESIGN §4).</summary>
public sealed record StepCache(
    IReadOnlyList<Located<string>> Inputs,
    IReadOnlyList<Located<string>> Outputs,
    IReadOnlyList<Located<string>> Env,
    IReadOnlyList<Located<string>> Caches,
    bool TraceOnFailure,
    bool ShareWithForks,
    SourceSpan At);

/// <summary>A composite action file (<c>action.yml</c> with <c>runs.using: composite</c>).</summary>
public sealed record CompositeAction
{
    public required string File { get; init; }

    public required string? Name { get; init; }

    public required IReadOnlyList<ActionInput> Inputs { get; init; }

    public required IReadOnlyList<JobOutput> Outputs { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    public required IReadOnlyList<Unsupported> Unsupported { get; init; }
}

/// <summary>An input of a composite action.</summary>
public sealed record ActionInput(string Name, bool Required, Template? Default, string? DeprecationMessage, SourceSpan At);
