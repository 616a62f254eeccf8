using static Strata.Workflows.Schema.Shapes;

namespace Strata.Workflows.Schema;

/// <summary>Jobs.</summary>
internal static class JobShapes
{
    public static ObjectShape JobDefaults { get; } = SettingShapes.Defaults(Sites.JobDefaults);

    private static readonly Shape MatrixValue = new() { Items = Anything, Computed = true, Site = Sites.Strategy };

    private static readonly Shape Combinations = new() { Items = new() { Values = () => Anything, Computed = true, Site = Sites.Strategy }, Computed = true, Site = Sites.Strategy };

    /// <summary>Other keys of a matrix are its dimensions.</summary>
    public static ObjectShape Matrix { get; } = new("matrix",
    [
        Key("include", Combinations, "Values to add to combinations, or combinations to add."),
        Key("exclude", Combinations, "Combinations to leave out."),
    ]);

    public static ObjectShape Strategy { get; } = new("strategy",
    [
        Key("matrix", new() { Object = Matrix, Values = () => MatrixValue, Computed = true, Site = Sites.Strategy }, "Lists of values; the job runs once for each combination."),
        Key("fail-fast", BooleanTemplate(Sites.Strategy), "Whether a failure cancels the other combinations; true if absent."),
        Key("max-parallel", NumberTemplate(Sites.Strategy), "How many combinations may run at the same time."),
    ]);

    public static ObjectShape Credentials { get; } = new("credentials",
    [
        Key("username", Template(Sites.ContainerCredentials), "The user at the registry."),
        Key("password", Template(Sites.ContainerCredentials), "The password or token."),
    ]);

    public static ObjectShape Container { get; } = new("a container",
    [
        RequiredKey("image", NonEmptyTemplate(Sites.Job), "An OCI reference."),
        Key("env", ComputedTemplates(Sites.ContainerEnv), "Environment variables of the container."),
        Key("options", Template(Sites.Job), "Options of docker create (not supported here: use resources and network)."),
        Key("volumes", ListOf(Template(Sites.Job)), "Volumes (not supported here)."),
        Key("ports", ListOf(Template(Sites.Job)), "Ports (not supported here)."),
        Key("credentials", Object(Credentials) with { Computed = true, Site = Sites.ContainerCredentials }, "Credentials of a registry (not supported here: configure them with the site)."),
    ]);

    public static ObjectShape Service { get; } = new("a service",
    [
        Key("image", NonEmptyTemplate(Sites.Job), "An OCI reference."),
        Key("env", ComputedTemplates(Sites.ContainerEnv), "Environment variables of the service."),
        Key("options", Template(Sites.Job), "Options of docker create."),
        Key("ports", ListOf(NonEmptyTemplate(Sites.Job)), "Ports."),
        Key("volumes", ListOf(NonEmptyTemplate(Sites.Job)), "Volumes."),
        Key("credentials", Object(Credentials) with { Computed = true, Site = Sites.ContainerCredentials }, "Credentials of a registry."),
        Key("entrypoint", Template(Sites.Job), "In place of the image's entry point."),
        Key("command", Template(Sites.Job), "In place of the image's command."),
    ]);

    public static ObjectShape RunsOnGroup { get; } = new("runs-on",
    [
        Key("group", Template(Sites.Job), "A group of runners."),
        Key("labels", TemplateOrTemplates(Sites.Job), "Labels a runner must have."),
    ]);

    public static ObjectShape Environment { get; } = new("environment",
    [
        RequiredKey("name", Template(Sites.Job), "The name of the environment."),
        Key("url", Template(Sites.EnvironmentUrl), "The address of the deployment."),
        Key("deployment", BooleanTemplate(Sites.Job), "Whether to record a deployment."),
    ]);

    public static ObjectShape Snapshot { get; } = new("snapshot",
    [
        RequiredKey("image-name", NonEmptyText, "The name of the custom image."),
        Key("version", NonEmptyText, "Its version."),
        Key("if", Condition(Sites.Snapshot), "Whether to make one."),
    ]);

    public static ObjectShape Job { get; } = new("a job",
    [
        Key("name", Template(Sites.Job), "The display name; the id if absent."),
        Key("needs", TextOrAnyTexts, "Jobs that must end before this one starts."),
        Key("if", Condition(Sites.JobIf), "Runs only if this is true; success() if absent."),
        Key("runs-on", new() { Scalars = ScalarTypes.Text, Site = Sites.Job, NonEmpty = true, Items = NonEmptyTemplate(Sites.Job), Object = RunsOnGroup }, "Labels; chooses the image by configuration if there is neither image nor container."),
        Key("image", new() { Scalars = ScalarTypes.Text, Site = Sites.Job, NonEmpty = true, Object = DeclarationShapes.Image }, "A name of images, an OCI reference, or an inline definition."),
        Key("container", new() { Scalars = ScalarTypes.Text, Site = Sites.Job, Object = Container }, "GitHub's way to name the image; image wins, and an empty text is none."),
        Key("services", new() { Values = () => new() { Scalars = ScalarTypes.Text, NonEmpty = true, Site = Sites.Job, Object = Service }, Computed = true, Site = Sites.Job }, "Service containers (not supported here)."),
        Key("strategy", Object(Strategy) with { Computed = true, Site = Sites.Strategy }, "Runs the job for many combinations of values."),
        Key("env", ComputedTemplates(Sites.JobEnv), "Environment variables of all steps of the job."),
        Key("defaults", Object(JobDefaults), "Defaults of the job's steps."),
        Key("outputs", Templates(Sites.JobOutputs), "Values for jobs that need this one."),
        Key("timeout-minutes", NumberTemplate(Sites.Job), "The job is cancelled after this time; 360 if absent."),
        Key("cancel-timeout-minutes", NumberTemplate(Sites.Job), "How long GitHub waits for a cancelled job; changes nothing here."),
        Key("continue-on-error", BooleanTemplate(Sites.Job), "Whether the run succeeds although this job fails."),
        Key("permissions", SettingShapes.Permissions, "What the token of this job may do."),
        Key("concurrency", SettingShapes.Concurrency(Sites.Job), "Which jobs must not run at the same time."),
        Key("environment", new() { Scalars = ScalarTypes.Text, Site = Sites.Job, Object = Environment }, "A deployment environment (not supported here)."),
        Key("snapshot", new() { Scalars = ScalarTypes.Text, NonEmpty = true, Object = Snapshot }, "A custom runner image (not supported here)."),
        Key("network", OneOf("default", "none"), "none: the job has no network."),
        Key("resources", Object(ResourceShapes.Limits), "Limits of the job."),
        Key("caches", new() { Scalars = ScalarTypes.Text, NonEmpty = true, Items = new() { Scalars = ScalarTypes.Text, NonEmpty = true, Object = DeclarationShapes.Cache } }, "Names of caches, or inline declarations."),
        Key("artifacts", ListOf(Object(DeclarationShapes.Artifact)), "What later jobs or people get."),
        Key("artifacts-from", MappingOf(new() { Scalars = ScalarTypes.Text, Site = Sites.CacheKey, NonEmpty = true, Object = DeclarationShapes.ArtifactInput }), "Artifacts of other jobs this one cannot run without: name (may hold expressions) and path. Implies needs."),
        Key("steps", new() { Items = Object(StepShapes.Step), NonEmpty = true }, "What the job does, in order."),
        Key("uses", NonEmptyText, "A reusable workflow (not supported here)."),
        Key("with", new() { Values = () => new() { Scalars = ScalarTypes.Text | ScalarTypes.Number | ScalarTypes.Boolean, Site = Sites.Job } }, "Inputs of a reusable workflow (not supported here)."),
        Key("secrets", new() { Scalars = ScalarTypes.Text, Allowed = ["inherit"], Values = () => Template(Sites.JobEnv) }, "Secrets of a reusable workflow (not supported here)."),
    ]);
}
