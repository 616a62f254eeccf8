using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;

namespace Strata.Workflows.Model;

/// <summary>A whole workflow file, checked. Names are unique; needs resolve and have no cycle.</summary>
public sealed record Workflow
{
    /// <summary>As the user named it: for messages.</summary>
    public required string File { get; init; }

    public required string? Name { get; init; }

    public required Template? RunName { get; init; }

    /// <summary>Kept for servers; a local run takes its event from the command line.</summary>
    public required Triggers On { get; init; }

    public required IReadOnlyList<EnvironmentVariable> Env { get; init; }

    public required RunDefaults Defaults { get; init; }

    public required Permissions? Permissions { get; init; }

    public required Concurrency? Concurrency { get; init; }

    /// <summary>In document order.</summary>
    public required IReadOnlyList<ImageDefinition> Images { get; init; }

    /// <summary>In document order.</summary>
    public required IReadOnlyList<CacheDeclaration> Caches { get; init; }

    /// <summary>In document order.</summary>
    public required IReadOnlyList<Job> Jobs { get; init; }
}

/// <summary>A place and a value with <c>${{ }}</c> parts.</summary>
public sealed record Located<T>(T Value, SourceSpan At);

/// <summary>One <c>env:</c> entry; the order of the document is kept.</summary>
public sealed record EnvironmentVariable(string Name, Template Value, SourceSpan At);

/// <summary><c>defaults.run</c>.</summary>
public sealed record RunDefaults(Located<Template>? Shell, Located<Template>? WorkingDirectory)
{
    public static RunDefaults None { get; } = new(null, null);
}

/// <summary><c>permissions:</c>: a name for all (read-all, write-all, none as {}) or scope → access.</summary>
public sealed record Permissions(string? All, IReadOnlyDictionary<string, string> Scopes);

/// <summary><c>concurrency:</c>.</summary>
public sealed record Concurrency(Located<Template> Group, Located<Template>? CancelInProgress)
{
    /// <summary>Whether all that wait are kept, not only the last.</summary>
    public bool QueuesAll { get; init; }
}

/// <summary><c>on:</c>, every form; each event with its settings as checked plain data.</summary>
public sealed record Triggers(IReadOnlyList<Trigger> Events)
{
    public static Triggers None { get; } = new([]);

    /// <summary>Inputs of workflow_dispatch (and workflow_call): for <c>--input</c>.</summary>
    public IReadOnlyList<WorkflowInput> Inputs { get; init; } = [];
}

/// <summary>One event. Filters (branches, tags, paths, types, cron …) by their YAML key.</summary>
public sealed record Trigger(string Event, IReadOnlyDictionary<string, IReadOnlyList<string>> Filters, SourceSpan At);

/// <summary>An input of workflow_dispatch.</summary>
/// <param name="Type">string, boolean, number, choice, environment.</param>
public sealed record WorkflowInput(string Name, string? Description, string Type, bool Required, Value Default, IReadOnlyList<string> Options, SourceSpan At);

/// <summary>A feature that is legal on GitHub but not supported here: a warning in <c>validate</c>, an error in <c>run</c> when what needs it is selected and may run.</summary>
public sealed record Unsupported(Diagnostic Diagnostic)
{
    /// <summary>When only one value of the matrix needs it (a label of runs-on), that value: other combinations may run. Else null.</summary>
    public (string Key, string Value)? OnlyFor { get; init; }

    /// <summary>Index of the step that needs it; null: the job itself does, or the action.</summary>
    public int? Step { get; init; }
}
