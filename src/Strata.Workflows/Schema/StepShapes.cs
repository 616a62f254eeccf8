using static Strata.Workflows.Schema.Shapes;

namespace Strata.Workflows.Schema;

/// <summary>Steps of jobs.</summary>
internal static class StepShapes
{
    public static ObjectShape Cache { get; } = new("cache of a step",
    [
        RequiredKey("inputs", new() { Items = NonEmptyText, Scalars = ScalarTypes.Text, NonEmpty = true }, "Patterns of the files the step sees; ! excludes."),
        Key("outputs", new() { Items = NonEmptyText, Scalars = ScalarTypes.Text }, "What the step makes; absent when it starts. None: that it succeeded is all that is kept, and what it printed."),
        Key("env", TextOrTexts, "Names from the job's and the workflow's env the step sees."),
        Key("caches", TextOrTexts, "Names of the job's caches the step sees."),
        Key("trace-on-failure", Flag, "After a failure, lists the files the step looked for and did not see."),
        Key("share-with-forks", Flag, "Whether builds of forks may read the result, if no secret can be in it (default false). Counts as the workflow of a protected ref says it."),
        new("shareWithForks", Flag, "The same as share-with-forks.") { SpellingOf = "share-with-forks" },
        Key("key", Anything, "Not allowed: the key is derived from what is declared."),
        Key("restore-keys", Anything, "Not allowed: a build-output is exact or nothing."),
        new("restoreKeys", Anything, "Not allowed: a build-output is exact or nothing.") { SpellingOf = "restore-keys" },
    ]);

    public static ObjectShape Step { get; } = new("a step",
    [
        Key("id", NonEmptyText, "The name by which expressions reach the step's outputs."),
        Key("name", Template(Sites.Step), "The display name."),
        Key("if", Condition(Sites.StepIf), "Runs only if this is true; success() if absent."),
        Key("run", Template(Sites.Step), "A script."),
        Key("shell", NonEmptyText, "bash, sh, python or a command line with {0}; expressions only in defaults.run."),
        Key("working-directory", Template(Sites.Step), "The script's directory, relative to the workspace."),
        Key("uses", NonEmptyText, "A built-in action (actions/checkout, cache, upload-artifact, download-artifact) or ./path of a composite action."),
        Key("with", ComputedTemplates(Sites.Step), "Inputs of the action."),
        Key("env", ComputedTemplates(Sites.Step), "Environment variables of the step."),
        Key("continue-on-error", BooleanTemplate(Sites.Step), "Whether the job goes on after a failure of this step."),
        Key("timeout-minutes", NumberTemplate(Sites.Step), "The step is cancelled after this time."),
        Key("background", Flag, "Runs beside later steps (not supported here)."),
        Key("wait", TextOrAnyTexts, "Waits for background steps (not supported here)."),
        Key("wait-all", new() { Scalars = ScalarTypes.Boolean | ScalarTypes.Null }, "Waits for all background steps (not supported here)."),
        Key("cancel", NonEmptyText, "Ends a background step (not supported here)."),
        Key("cache", Object(Cache), "Makes the step hermetic: it sees only what is declared, and its result is kept."),
    ]);
}
