using Strata.Core.Diagnostics;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>A job with the expressions it uses, and how many jobs its matrix makes if that is known.</summary>
internal sealed record ReadJob(Job Job, IReadOnlyList<UsedExpression> Used, int? MatrixCount);

/// <summary><c>jobs:</c>.</summary>
internal sealed class JobReader(Fields fields, WorkflowScope scope)
{
    private static readonly string[] OfCalls = ["name", "uses", "with", "secrets", "needs", "if", "permissions", "concurrency", "strategy"];

    private readonly UnsupportedParts _unsupported = new(fields.Problems);

    public static List<ReadJob> ReadAll(Fields workflow, WorkflowScope scope)
    {
        List<ReadJob> jobs = [];
        var ids = new Dictionary<string, SourceSpan>(StringComparer.OrdinalIgnoreCase);
        if (workflow.MappingOf("jobs") is { Entries.Count: 0 } empty)
        {
            workflow.Problems.Add(StructureDiagnostics.EmptyValue(empty.At, "'jobs'"));
        }

        foreach (var (key, value) in workflow.MappingOf("jobs")?.Entries ?? [])
        {
            CheckId(key, ids, workflow.Problems);
            if (ids.Count > WorkflowReader.JobsMax)
            {
                workflow.Problems.Add(StructureDiagnostics.TooMany(key.At, "jobs", WorkflowReader.JobsMax));
                break;
            }

            if (value is YamlMapping mapping)
            {
                jobs.Add(new JobReader(new Fields(mapping, JobShapes.Job, workflow.Templates), scope).Read(key));
            }
        }

        return jobs;
    }

    private static void CheckId(YamlScalar key, Dictionary<string, SourceSpan> ids, Problems problems)
    {
        if (!Names.IsId(key.Text))
        {
            problems.Add(StructureDiagnostics.BadId(key.At, "a job", key.Text));
        }

        else if (Names.IsReserved(key.Text))
        {
            problems.Add(StructureDiagnostics.ReservedId(key.At, "a job", key.Text));
        }

        if (!ids.TryAdd(key.Text, key.At))
        {
            problems.Add(StructureDiagnostics.DuplicateId(key.At, "a job", key.Text, ids[key.Text]));
        }
    }

    private ReadJob Read(YamlScalar key)
    {
        var firstUsed = fields.Templates.Used.Count;
        fields.Templates.Step = null;
        CheckWhole();
        var (strategy, vectors) = StrategyReader.Read(fields);
        var caches = CacheReader.ReadUses(fields, scope);
        var env = fields.Environment("env");
        var defaults = SettingReader.Defaults(fields);
        var job = new Job
        {
            Id = key.Text,
            At = key.At,
            Name = fields.Template("name")?.Value,
            Needs = fields.TextList("needs"),
            If = fields.Condition("if"),
            IfAt = fields.Node("if")?.At,
            Strategy = strategy,
            Image = ImageChoiceReader.Read(fields, scope, _unsupported),
            RunsOn = RunnerLabels.Read(fields, strategy, _unsupported),
            Env = env,
            Defaults = defaults,
            Outputs = ReadOutputs(),
            TimeoutMinutes = SettingReader.Timeout(fields),
            ContinueOnError = fields.Template("continue-on-error"),
            Permissions = SettingReader.Permissions(fields),
            Concurrency = SettingReader.Concurrency(fields),
            Network = fields.Text("network")?.Value != "none",
            Resources = ResourcesReader.Read(fields),
            Caches = caches,
            Artifacts = ArtifactReader.ReadAll(fields),
            ArtifactsFrom = ArtifactReader.ReadInputs(fields),
            Steps = ReadSteps(key, env, defaults, caches),
            Unsupported = _unsupported.All,
        };
        fields.Templates.Step = null;
        var used = fields.Templates.Used;
        return new(job, used.GetRange(firstUsed, used.Count - firstUsed), vectors);
    }

    private List<Step> ReadSteps(
        YamlScalar key, IReadOnlyList<EnvironmentVariable> env, RunDefaults defaults, IReadOnlyList<CacheUse> caches)
    {
        var steps = StepReader.ReadAll(fields, new(key.Text, [.. scope.Env, .. env], caches), StepShapes.Step, _unsupported);
        if (steps.Exists(step => step.Action is StepAction.Run { Shell: null }))
        {
            _unsupported.AddShell(defaults.Shell ?? scope.Defaults.Shell);
        }

        return steps;
    }

    /// <summary>What only the keys together show.</summary>
    private void CheckWhole()
    {
        if (fields.Text("uses") is { } workflow)
        {
            _unsupported.Add(UnsupportedDiagnostics.ReusableWorkflow(workflow.At, workflow.Value));
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

        foreach (var (owner, key) in (ReadOnlySpan<(Fields?, string)>)[(scope.Fields, "env"), (fields, "env"), (fields, "strategy"), (fields.Object("defaults"), "run")])
        {
            if (owner is { } holder)
            {
                _unsupported.AddComputed(holder, key);
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
    }

    private void CheckOwnSteps()
    {
        if (!fields.Has("steps"))
        {
            fields.Problems.Add(StructureDiagnostics.MissingKey(fields.At, "steps", JobShapes.Job));
        }

        foreach (var key in (ReadOnlySpan<string>)["with", "secrets"])
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
            _unsupported.Add(diagnostic(fields.KeyAt(key)));
        }
    }

    private List<JobOutput> ReadOutputs()
    {
        List<JobOutput> outputs = [];
        foreach (var (name, value) in fields.TemplatePairs("outputs"))
        {
            var at = fields.MappingOf("outputs")!.FindKey(name)!.At;
            if (!Names.IsId(name))
            {
                fields.Problems.Add(StructureDiagnostics.BadId(at, "an output", name));
            }

            outputs.Add(new(name, value.Value, at));
        }

        return outputs;
    }
}
