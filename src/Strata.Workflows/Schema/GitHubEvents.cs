namespace Strata.Workflows.Schema;

/// <summary>Names of the events a workflow may be started by (GitHub docs, "Events that trigger workflows").</summary>
internal static class GitHubEvents
{
    public static IReadOnlyList<string> Names { get; } =
    [
        "branch_protection_rule", "check_run", "check_suite", "create", "delete", "deployment", "deployment_status", "discussion",
        "discussion_comment", "fork", "gollum", "image_version", "issue_comment", "issues", "label", "merge_group", "milestone", "page_build",
        "project", "project_card", "project_column", "public", "pull_request", "pull_request_comment", "pull_request_review", "pull_request_review_comment", "pull_request_target",
        "push", "registry_package", "release", "repository_dispatch", "schedule", "status", "watch", "workflow_call",
        "workflow_dispatch", "workflow_run",
    ];

    /// <summary>The activity types of an event; null for an event that has none, empty where anyone may make them up.</summary>
    public static IReadOnlyList<string>? Activities(string name) => name switch
    {
        "check_run" => ["created", "rerequested", "completed", "requested_action"],
        "check_suite" => ["completed"],
        "discussion" =>
        [
            "created", "edited", "deleted", "transferred", "pinned", "unpinned", "labeled", "unlabeled", "locked", "unlocked", "category_changed",
            "answered", "unanswered",
        ],
        "branch_protection_rule" or "discussion_comment" or "issue_comment" or "label" or "pull_request_comment" or "pull_request_review_comment" =>
            ["created", "edited", "deleted"],
        "image_version" => ["created", "ready", "deleted"],
        "issues" =>
        [
            "opened", "edited", "deleted", "transferred", "pinned", "unpinned", "closed", "reopened", "assigned", "unassigned", "labeled", "unlabeled",
            "locked", "unlocked", "milestoned", "demilestoned", "typed", "untyped",
        ],
        "merge_group" => ["checks_requested"],
        "milestone" => ["created", "closed", "opened", "edited", "deleted"],
        "project" => ["created", "closed", "reopened", "edited", "deleted"],
        "project_card" => ["created", "moved", "converted", "edited", "deleted"],
        "project_column" => ["created", "updated", "moved", "deleted"],
        "pull_request" or "pull_request_target" =>
        [
            "assigned", "unassigned", "labeled", "unlabeled", "opened", "edited", "closed", "reopened", "synchronize", "converted_to_draft", "locked",
            "unlocked", "enqueued", "dequeued", "milestoned", "demilestoned", "ready_for_review", "review_requested", "review_request_removed",
            "auto_merge_enabled", "auto_merge_disabled",
        ],
        "pull_request_review" => ["submitted", "edited", "dismissed"],
        "registry_package" => ["published", "updated"],
        "release" => ["published", "unpublished", "created", "edited", "deleted", "prereleased", "released"],
        "repository_dispatch" => [],
        "watch" => ["started"],
        "workflow_run" => ["completed", "requested", "in_progress"],
        _ => null,
    };

    public static bool IsKnown(string name)
    {
        foreach (var known in Names)
        {
            if (known == name)
            {
                return true;
            }
        }

        return false;
    }
}
