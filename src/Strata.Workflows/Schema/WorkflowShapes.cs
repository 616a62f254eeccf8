using static Strata.Workflows.Schema.Shapes;

namespace Strata.Workflows.Schema;

/// <summary>The top level of a workflow file.</summary>
internal static class WorkflowShapes
{
    public static ObjectShape WorkflowDefaults { get; } = SettingShapes.Defaults(null);

    public static ObjectShape Root { get; } = new("a workflow",
    [
        Key("name", Text, "The name of the workflow; its file name if absent."),
        Key("run-name", Template(Sites.Workflow), "The name of a run."),
        Key("description", Text, "What the workflow is for."),
        Key("on", TriggerShapes.On, "The events that start it. May be absent: `strata run` needs none."),
        Key("env", ComputedTemplates(Sites.WorkflowEnv), "Environment variables of all steps."),
        Key("defaults", Object(WorkflowDefaults), "Defaults of all jobs."),
        Key("permissions", SettingShapes.Permissions, "What the token of the jobs may do."),
        Key("concurrency", SettingShapes.Concurrency(Sites.Workflow), "Which runs must not run at the same time."),
        Key("images", MappingOf(Object(DeclarationShapes.Image)), "Image definitions by name."),
        Key("caches", MappingOf(Object(DeclarationShapes.Cache)), "Dependency caches by name."),
        RequiredKey("jobs", MappingOf(Object(JobShapes.Job)), "Jobs by id, in the order in which they run unless `needs` says otherwise."),
    ]);
}
