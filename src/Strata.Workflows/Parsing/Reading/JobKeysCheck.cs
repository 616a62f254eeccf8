using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>What only the keys of a job together show, and keys that are GitHub's alone.</summary>
internal sealed class JobKeysCheck(Fields fields, WorkflowScope scope, UnsupportedParts unsupported)
{
    private static readonly string[] OfCalls = ["name", "uses", "with", "secrets", "needs", "if", "permissions", "concurrency", "strategy"];

    public void Check()
    {
        if (fields.Text("uses") is { } workflow)
        {
            unsupported.Add(UnsupportedDiagnostics.ReusableWorkflow(workflow.At, workflow.Value));
            foreach (var key in fields.Mapping.Entries.Select(entry => entry.Key))
            {
                if (JobShapes.Job.Find(key.Text) is not null && Array.IndexOf(OfCalls, key.Text) < 0)
                {
                    fields.Problems.Add(StructureDiagnostics.NotInCall(key.At, key.Text));
                }
            }
        }
        else
        {
            CheckOwnSteps();
        }

        foreach (var (owner, key) in ((Fields?, string)[])[(scope.Fields, "env"), (fields, "env"), (fields, "strategy"), (fields.Object("defaults"), "run")])
        {
            if (owner is { } holder)
            {
                unsupported.AddComputed(holder, key);
            }
        }

        if (fields.Has("cancel-timeout-minutes"))
        {
            fields.Problems.Add(StructureDiagnostics.NoEffect(
                fields.KeyAt("cancel-timeout-minutes"), "cancel-timeout-minutes", "a cancelled job ends within ten seconds."));
        }

        ReadIgnored();
        AddIfPresent("services", UnsupportedDiagnostics.Services);
        AddIfPresent("environment", UnsupportedDiagnostics.DeploymentEnvironment);
        AddIfPresent("snapshot", UnsupportedDiagnostics.Snapshot);
    }

    /// <summary>Their expressions are checked although nothing uses them.</summary>
    private void ReadIgnored()
    {
        fields.Template("cancel-timeout-minutes");
        fields.TemplatePairs("with");
        fields.TemplatePairs("secrets");
        fields.Template("environment");
        fields.Object("environment")?.Template("name");
        fields.Object("environment")?.Template("url");
        fields.Object("environment")?.Template("deployment");
        fields.Object("snapshot")?.Condition("if");
        fields.TemplatePairs("services");
        foreach (var (_, value) in fields.MappingOf("services")?.Entries ?? [])
        {
            if (value is YamlMapping mapping)
            {
                ReadService(new(mapping, JobShapes.Service, fields.Templates));
            }
        }
    }

    private static void ReadService(Fields service)
    {
        foreach (var key in (string[])["image", "options", "entrypoint", "command"])
        {
            service.Template(key);
        }

        service.TemplateList("ports");
        service.TemplateList("volumes");
        service.Environment("env");
        service.Object("credentials")?.Template("username");
        service.Object("credentials")?.Template("password");
    }

    private void CheckOwnSteps()
    {
        if (!fields.Has("steps"))
        {
            fields.Problems.Add(StructureDiagnostics.MissingKey(fields.At, "steps", JobShapes.Job));
        }

        foreach (var key in (string[])["with", "secrets"])
        {
            if (fields.Has(key))
            {
                fields.Problems.Add(StructureDiagnostics.KeyNeedsOther(fields.KeyAt(key), key, "uses"));
            }
        }
    }

    private void AddIfPresent(string key, Func<SourceSpan, Diagnostic> diagnostic)
    {
        if (fields.Has(key))
        {
            unsupported.Add(diagnostic(fields.KeyAt(key)));
        }
    }
}
