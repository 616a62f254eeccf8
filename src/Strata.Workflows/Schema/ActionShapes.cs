using static Strata.Workflows.Schema.Shapes;

namespace Strata.Workflows.Schema;

/// <summary><c>action.yml</c> of a local composite action.</summary>
internal static class ActionShapes
{
    public static ObjectShape Input { get; } = new("an input of an action",
    [
        Key("description", Text, "What the input is for."),
        Key("required", Flag, "Whether it must be given."),
        Key("default", Template(Sites.ActionInputDefault), "The value if none is given."),
        Key("deprecationMessage", Text, "Shown when the input is used."),
    ]);

    public static ObjectShape Output { get; } = new("an output of an action",
    [
        Key("description", Text, "What the output is."),
        Key("value", Template(Sites.ActionStep), "The value; required in a composite action."),
    ]);

    public static ObjectShape Step { get; } = new("a step of an action",
    [
        Key("id", NonEmptyText, "The name by which expressions reach the step's outputs."),
        Key("name", Template(Sites.ActionStep), "The display name."),
        Key("if", Condition(Sites.ActionStepIf), "Runs only if this is true; success() if absent."),
        Key("run", NonEmptyTemplate(Sites.ActionStep), "A script."),
        Key("shell", NonEmptyTemplate(Sites.ActionStep), "Required with run in an action."),
        Key("working-directory", NonEmptyTemplate(Sites.ActionStep), "The script's directory, relative to the workspace."),
        Key("uses", NonEmptyText, "A built-in action or ./path of a composite action."),
        Key("with", Templates(Sites.ActionStep), "Inputs of the action."),
        Key("env", Templates(Sites.ActionStep), "Environment variables of the step."),
        Key("continue-on-error", BooleanTemplate(Sites.ActionStep), "Whether the action goes on after a failure of this step."),
    ]);

    /// <summary>Keys of docker and JavaScript actions are known, so that such a file is refused for what it is.</summary>
    public static ObjectShape Runs { get; } = new("runs",
    [
        RequiredKey("using", NonEmptyText, "composite; docker and node actions are not supported here."),
        Key("steps", new() { Items = Object(Step) }, "The steps of a composite action."),
        Key("main", Anything, "Of a JavaScript action (not supported here)."),
        Key("pre", Anything, "Of a JavaScript action (not supported here)."),
        Key("pre-if", Anything, "Of a JavaScript or docker action (not supported here)."),
        Key("post", Anything, "Of a JavaScript action (not supported here)."),
        Key("post-if", Anything, "Of a JavaScript or docker action (not supported here)."),
        Key("image", Anything, "Of a docker action (not supported here)."),
        Key("env", Anything, "Of a docker action (not supported here)."),
        Key("args", Anything, "Of a docker action (not supported here)."),
        Key("entrypoint", Anything, "Of a docker action (not supported here)."),
        Key("pre-entrypoint", Anything, "Of a docker action (not supported here)."),
        Key("post-entrypoint", Anything, "Of a docker action (not supported here)."),
    ]);

    public static ObjectShape Root { get; } = new("an action",
    [
        Key("name", Text, "The name of the action."),
        Key("author", Text, "Who wrote it."),
        Key("description", Text, "What it does."),
        Key("inputs", new() { Values = () => new() { Object = Input, Scalars = ScalarTypes.Null }, Scalars = ScalarTypes.Null }, "Inputs by name."),
        Key("outputs", new() { Values = () => Object(Output), Scalars = ScalarTypes.Null }, "Outputs by name."),
        RequiredKey("runs", Object(Runs), "What the action does."),
        Key("branding", Anything, "How a marketplace shows it; ignored here."),
    ]);
}
