using static Strata.Workflows.Schema.Shapes;

namespace Strata.Workflows.Schema;

/// <summary>Settings that workflows and jobs share.</summary>
internal static class SettingShapes
{
    private static readonly Shape Access = OneOf("read", "write", "none");

    public static ObjectShape PermissionScopes { get; } = new("permissions",
    [
        .. ((string[])
        [
            "actions", "artifact-metadata", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues", "models",
            "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses",
        ]).Select(scope => Key(scope, Access, $"Access of the job's token to {scope}: read, write or none.")),
    ]);

    public static Shape Permissions { get; } = new()
    {
        Scalars = ScalarTypes.Text,
        Allowed = ["read-all", "write-all"],
        Object = PermissionScopes,
    };

    public static ObjectShape DefaultsRun(Shape shell, Shape directory) => new("defaults.run",
    [
        Key("shell", shell, "The shell of run steps that name none."),
        Key("working-directory", directory, "The directory of run steps that name none, relative to the workspace."),
    ]);

    public static ObjectShape Defaults(Expressions.ExpressionSite? site)
    {
        var text = site is null ? NonEmptyText : NonEmptyTemplate(site);
        return new("defaults", [Key("run", Object(DefaultsRun(text, text)), "Defaults of run steps.")]);
    }

    public static Shape Concurrency(Expressions.ExpressionSite site) => new()
    {
        Scalars = ScalarTypes.Text,
        Site = site,
        NonEmpty = true,
        Object = new("concurrency",
        [
            RequiredKey("group", NonEmptyTemplate(site), "Runs with the same group do not run at the same time."),
            Key("cancel-in-progress", BooleanTemplate(site), "Whether a new run cancels the one in progress."),
        ]),
    };
}
