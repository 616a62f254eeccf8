using System.Globalization;
using Strata.Core.Identity;
using Strata.Sandbox;
using Strata.Workflows.Expressions;

namespace Strata.Execution.Contexts;

/// <summary>
/// The <c>github</c> context, the same as <c>strata</c> with org and trust, and the variables that repeat them. repository_id stays
/// absent: STR1309 advises a condition on it for what is meant for GitHub alone.
/// </summary>
internal static class GitHubContext
{
    public const string EventPath = SandboxSpec.ExchangePath + "/event.json";
    private const string ServerUrl = "https://github.com";
    private const string ApiUrl = "https://api.github.com";

    /// <summary>Members that hold for the whole run.</summary>
    public static ObjectValue OfRun(RunFacts facts)
    {
        var identity = facts.Identity;
        var pull = facts.EventPayload["pull_request"];
        var isPull = pull is not null || identity.BaseRef is not null || identity.Ref.StartsWith("refs/pull/", StringComparison.Ordinal);
        return Make(
            ("event_name", Value.From(facts.EventName)),
            ("event", Value.FromJson(facts.EventPayload)),
            ("event_path", Value.From(EventPath)),
            ("ref", Value.From(identity.Ref)),
            ("ref_name", Value.From(identity.RefName)),
            ("ref_type", Value.From(identity.Ref.StartsWith("refs/tags/", StringComparison.Ordinal) ? "tag" : "branch")),
            ("ref_protected", Value.From(identity.Trust == Trust.Protected)),
            ("sha", Value.From(identity.Commit ?? "")),
            ("repository", Value.From(identity.FullRepository)),
            ("repository_owner", Value.From(identity.Organization)),
            ("repositoryUrl", Value.From($"{ServerUrl}/{identity.FullRepository}.git")),
            ("run_id", Value.From(facts.RunId)),
            ("run_number", Value.From(facts.RunNumber.ToString(CultureInfo.InvariantCulture))),
            ("run_attempt", Value.From("1")),
            ("workflow", Value.From(facts.WorkflowName)),
            ("workflow_ref", Value.From($"{identity.FullRepository}/{facts.Workflow.File}@{identity.Ref}")),
            ("workflow_sha", Value.From(identity.Commit ?? "")),
            ("actor", Value.From(facts.Actor)),
            ("triggering_actor", Value.From(facts.Actor)),
            ("workspace", Value.From(SandboxSpec.WorkspacePath)),
            ("base_ref", Value.From(isPull ? PullRef(pull?["base"]) ?? ShortOrEmpty(identity.BaseRef) : "")),
            ("head_ref", Value.From(isPull ? PullRef(pull?["head"]) ?? identity.RefName : "")),
            ("server_url", Value.From(ServerUrl)),
            ("api_url", Value.From(ApiUrl)),
            ("graphql_url", Value.From($"{ApiUrl}/graphql")),
            ("retention_days", Value.From("90")),
            ("secret_source", Value.From("Actions")),
            ("token", Value.From("")),
            ("action_repository", Value.From("")),
            ("action_ref", Value.From("")));
    }

    public static ObjectValue With(ObjectValue context, params (string Name, Value Value)[] members)
    {
        var all = context.Members.ToList();
        foreach (var (name, value) in members)
        {
            all.RemoveAll(m => m.Key.Equals(name, StringComparison.OrdinalIgnoreCase));
            all.Add(new(name, value));
        }

        return new(all);
    }

    /// <summary>The <c>strata</c> context: everything of <paramref name="github"/> and whom the run acts for.</summary>
    /// <param name="caches">By name; null: the job has none.</param>
    public static ObjectValue Strata(ObjectValue github, RunIdentity identity, ObjectValue? caches = null) => With(
        github,
        ("org", Value.From(identity.Organization)),
        ("trust", Value.From(TrustName(identity.Trust))),
        ("caches", caches ?? ObjectValue.Empty));

    /// <summary>GITHUB_X and STRATA_X for every member that is text.</summary>
    public static void AddVariables(ObjectValue github, RunIdentity identity, IDictionary<string, string> variables)
    {
        foreach (var (name, value) in github.Members)
        {
            if (name is not ("event" or "token") && value.Kind is ValueKind.String or ValueKind.Boolean)
            {
                var upper = name == "repositoryUrl" ? "REPOSITORY_URL" : name.ToUpperInvariant();
                variables["GITHUB_" + upper] = value.ToText();
                variables["STRATA_" + upper] = value.ToText();
            }
        }

        variables["STRATA_ORG"] = identity.Organization;
        variables["STRATA_TRUST"] = TrustName(identity.Trust);
    }

    public static string TrustName(Trust trust) => trust switch
    {
        Trust.Protected => "protected",
        Trust.Internal => "internal",
        _ => "fork",
    };

    private static string? PullRef(System.Text.Json.Nodes.JsonNode? side) => (string?)(side?["ref"] as System.Text.Json.Nodes.JsonValue);

    private static string ShortOrEmpty(string? reference) => reference is null ? "" : RunIdentity.ShortName(reference);

    private static ObjectValue Make(params (string Name, Value Value)[] members)
    {
        var list = new List<KeyValuePair<string, Value>>(members.Length);
        foreach (var (name, value) in members)
        {
            list.Add(new(name, value));
        }

        return new(list);
    }
}
