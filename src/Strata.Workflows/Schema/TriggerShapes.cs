using static Strata.Workflows.Schema.Shapes;

namespace Strata.Workflows.Schema;

/// <summary><c>on:</c>. Events of this list are known by name; each may have its settings.</summary>
internal static class TriggerShapes
{
    private static readonly Shape Patterns = TextOrAnyTexts;

    public static ObjectShape Push { get; } = new("the settings of push",
    [
        Key("branches", Patterns, "Only for branches that match one of these patterns."),
        Key("branches-ignore", Patterns, "Not for branches that match one of these patterns."),
        Key("tags", Patterns, "Only for tags that match one of these patterns."),
        Key("tags-ignore", Patterns, "Not for tags that match one of these patterns."),
        Key("paths", Patterns, "Only if a changed file matches one of these patterns."),
        Key("paths-ignore", Patterns, "Not if all changed files match these patterns."),
    ]);

    public static ObjectShape PullRequest { get; } = new("the settings of pull_request",
    [
        Types("pull_request"),
        Key("branches", Patterns, "Only for base branches that match one of these patterns."),
        Key("branches-ignore", Patterns, "Not for base branches that match one of these patterns."),
        Key("paths", Patterns, "Only if a changed file matches one of these patterns."),
        Key("paths-ignore", Patterns, "Not if all changed files match these patterns."),
    ]);

    public static ObjectShape WorkflowRun { get; } = new("the settings of workflow_run",
    [
        Key("workflows", Patterns, "Names of the workflows to follow."),
        Types("workflow_run"),
        Key("branches", Patterns, "Only for branches that match one of these patterns."),
        Key("branches-ignore", Patterns, "Not for branches that match one of these patterns."),
    ]);

    public static ObjectShape MergeGroup { get; } = new("the settings of merge_group",
    [
        Types("merge_group"),
        Key("branches", Patterns, "Only for base branches that match one of these patterns."),
        Key("branches-ignore", Patterns, "Not for base branches that match one of these patterns."),
    ]);

    public static ObjectShape ImageVersion { get; } = new("the settings of image_version",
    [
        Types("image_version"),
        Key("names", Patterns, "Only for images whose name matches one of these patterns."),
        Key("versions", Patterns, "Only for versions that match one of these patterns."),
    ]);

    /// <summary>An event without settings.</summary>
    public static ObjectShape Plain { get; } = new("the settings of this event", []);

    public static ObjectShape ScheduleEntry { get; } = new("an entry of schedule",
    [
        RequiredKey("cron", NonEmptyText, "Five fields in UTC: minute, hour, day of month, month, day of week."),
        Key("timezone", NonEmptyText, "IANA name of a time zone; UTC if absent."),
    ]);

    public static ObjectShape DispatchInput { get; } = new("an input of workflow_dispatch",
    [
        Key("description", Text, "Shown to who starts the workflow."),
        Key("deprecationMessage", Text, "Shown when the input is used."),
        Key("required", Flag, "Whether a value must be given."),
        Key("default", new() { Scalars = ScalarTypes.Text | ScalarTypes.Number | ScalarTypes.Boolean }, "The value if none is given."),
        Key("type", OneOf("string", "boolean", "number", "choice", "environment"), "What the value is; string if absent."),
        Key("options", ListOf(Text), "The values of a choice."),
    ]);

    public static ObjectShape Dispatch { get; } = new("the settings of workflow_dispatch",
    [
        Key("inputs", new() { Values = () => new() { Object = DispatchInput, Scalars = ScalarTypes.Null }, Scalars = ScalarTypes.Null }, "Inputs by name."),
    ]);

    public static ObjectShape CallInput { get; } = new("an input of workflow_call",
    [
        Key("description", Text, "What the input is for."),
        Key("deprecationMessage", Text, "Shown when the input is used."),
        Key("required", Flag, "Whether a value must be given."),
        Key("default", new() { Scalars = ScalarTypes.Text | ScalarTypes.Number | ScalarTypes.Boolean, Site = Sites.Workflow }, "The value if none is given."),
        RequiredKey("type", OneOf("string", "boolean", "number"), "What the value is."),
    ]);

    public static ObjectShape CallOutput { get; } = new("an output of workflow_call",
    [
        Key("description", Text, "What the output is."),
        RequiredKey("value", Template(Sites.CallOutput), "The value, usually from the jobs context."),
    ]);

    public static ObjectShape CallSecret { get; } = new("a secret of workflow_call",
    [
        Key("description", Text, "What the secret is for."),
        Key("required", Flag, "Whether it must be given."),
    ]);

    public static ObjectShape Call { get; } = new("the settings of workflow_call",
    [
        Key("inputs", new() { Values = () => Object(CallInput), Scalars = ScalarTypes.Null }, "Inputs by name."),
        Key("outputs", new() { Values = () => Object(CallOutput), Scalars = ScalarTypes.Null }, "Outputs by name."),
        Key("secrets", new() { Values = () => new() { Object = CallSecret, Scalars = ScalarTypes.Null }, Scalars = ScalarTypes.Null }, "Secrets by name."),
    ]);

    /// <summary>The settings an event may have; null for an unknown event.</summary>
    public static Shape? OfEvent(string name) => name switch
    {
        "push" => Optional(Push),
        "pull_request" or "pull_request_target" => Optional(PullRequest),
        "workflow_run" => Optional(WorkflowRun),
        "merge_group" => Optional(MergeGroup),
        "image_version" => Optional(ImageVersion),
        "schedule" => ListOf(Object(ScheduleEntry)),
        "workflow_dispatch" => Optional(Dispatch),
        "workflow_call" => Optional(Call),
        _ => GitHubEvents.IsKnown(name) ? Optional(IsPlain(name) ? Plain : new($"the settings of {name}", [Types(name)])) : null,
    };

    /// <summary><c>on:</c> as a mapping: its keys are the events.</summary>
    public static ObjectShape Events { get; } = new("on", [.. GitHubEvents.Names.Select(name => Key(name, OfEvent(name)!, $"The event {name}."))]);

    /// <summary>Events that have no activity types, so nothing to set.</summary>
    public static bool IsPlain(string name) => GitHubEvents.Activities(name) is null;

    private static KeyShape Types(string name) =>
        Key("types", GitHubEvents.Activities(name) is { Count: > 0 } known ? OneOrMoreOf(known) : TextOrAnyTexts, "Activity types of the event.");

    private static readonly Shape Event = new() { Scalars = ScalarTypes.Text, NonEmpty = true, Allowed = GitHubEvents.Names };

    public static Shape On { get; } = Event with { Items = Event, Object = Events, EmptyList = true };

    private static Shape Optional(ObjectShape shape) => new() { Object = shape, Scalars = ScalarTypes.Null };
}
