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
        new JobKeysCheck(fields, scope, _unsupported).Check();
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
        foreach (var step in steps.Where(static step => step.Action is StepAction.Run { Shell: null }))
        {
            _unsupported.Step = step.Index; // what the default shell bars is the steps that use it
            _unsupported.AddShell(defaults.Shell ?? scope.Defaults.Shell);
        }

        _unsupported.Step = null;
        return steps;
    }

    private List<JobOutput> ReadOutputs()
    {
        List<JobOutput> outputs = [];
        if (fields.MappingOf("outputs") is not { } mapping)
        {
            return outputs;
        }

        foreach (var (name, value) in fields.TemplatePairs("outputs"))
        {
            var at = mapping.FindKey(name)!.At;
            if (!Names.IsId(name))
            {
                fields.Problems.Add(StructureDiagnostics.BadId(at, "an output", name));
            }

            outputs.Add(new(name, value.Value, at));
        }

        return outputs;
    }
}
