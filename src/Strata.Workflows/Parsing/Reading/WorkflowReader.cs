using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Checking;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>A checked tree to a <see cref="Workflow"/>, then the checks that need the whole of it.</summary>
internal static class WorkflowReader
{
    public const int JobsMax = 512;
    private static readonly Shape Root = Shapes.Object(WorkflowShapes.Root);

    public static Workflow? Read(string file, YamlNode root, Problems problems)
    {
        ShapeChecker.Check(root, Root, "A workflow", problems);
        if (root is not YamlMapping mapping)
        {
            return null;
        }

        var fields = new Fields(mapping, WorkflowShapes.Root, new TemplateReader(problems));
        var env = fields.Environment("env");
        var on = TriggerReader.Read(fields.Node("on"), fields.Templates);
        var scope = new WorkflowScope(env, ReadDefaults(fields, problems), ImageReader.ReadAll(fields), CacheReader.ReadAll(fields), on.Inputs, fields);
        var read = JobReader.ReadAll(fields, scope);
        var jobs = NeedsCheck.Check(ArtifactLinks.Connect(read, problems), problems);
        JobReferences.Check(jobs, read, scope, problems);
        return new()
        {
            File = file,
            Name = fields.Text("name")?.Value,
            RunName = fields.Template("run-name")?.Value,
            On = on,
            Env = env,
            Defaults = scope.Defaults,
            Permissions = SettingReader.Permissions(fields),
            Concurrency = SettingReader.Concurrency(fields),
            Images = scope.Images,
            Caches = scope.Caches,
            Jobs = jobs,
        };
    }

    private static RunDefaults ReadDefaults(Fields fields, Problems problems)
    {
        var defaults = SettingReader.Defaults(fields);
        if (defaults.Shell is { } shell && ShellCheck.Problem(shell) is { } problem)
        {
            problems.Add(problem);
        }

        return defaults;
    }
}

/// <summary>What jobs may refer to.</summary>
internal sealed record WorkflowScope(
    IReadOnlyList<EnvironmentVariable> Env,
    RunDefaults Defaults,
    IReadOnlyList<ImageDefinition> Images,
    IReadOnlyList<CacheDeclaration> Caches,
    IReadOnlyList<WorkflowInput> Inputs,
    Fields Fields);
