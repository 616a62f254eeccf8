using static Strata.Workflows.Schema.Shapes;

namespace Strata.Workflows.Schema;

/// <summary>Settings that workflows and jobs share.</summary>
internal static class SettingShapes
{
    private static readonly Shape Access = OneOf("read", "write", "none");
    private static readonly Shape ReadAccess = OneOf("read", "none");
    private static readonly Shape WriteAccess = OneOf("write", "none");

    public static ObjectShape PermissionScopes { get; } = new("permissions",
    [
        .. ((string[])
        [
            "actions", "artifact-metadata", "attestations", "checks", "contents", "copilot-requests", "deployments", "discussions", "id-token", "issues",
            "models", "packages", "pages", "pull-requests", "repository-projects", "security-events", "statuses", "vulnerability-alerts",
        ]).Select(scope => Key(scope, AccessTo(scope), $"Access of the job's token to {scope}.")),
    ]);

    private static Shape AccessTo(string scope) => scope switch
    {
        "copilot-requests" or "id-token" => WriteAccess,
        "models" or "vulnerability-alerts" => ReadAccess,
        _ => Access,
    };

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
        return new("defaults", [Key("run", Object(DefaultsRun(text, text)) with { Computed = site is not null, Site = site }, "Defaults of run steps.")]);
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
            Key("queue", OneOf("single", "max"), "How many may wait: only the last (single, if absent) or all (max)."),
        ]),
    };
}
