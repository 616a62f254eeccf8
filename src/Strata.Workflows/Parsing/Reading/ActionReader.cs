using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Checking;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>action.yml</c> to a <see cref="CompositeAction"/>.</summary>
internal static class ActionReader
{
    private static readonly Shape Root = Shapes.Object(ActionShapes.Root);

    public static CompositeAction? Read(string file, YamlNode root, Problems problems)
    {
        ShapeChecker.Check(root, Root, "An action", problems);
        if (root is not YamlMapping mapping)
        {
            return null;
        }

        var fields = new Fields(mapping, ActionShapes.Root, new TemplateReader(problems));
        var unsupported = new UnsupportedParts(problems);
        var inputs = ReadInputs(fields);
        var action = new CompositeAction
        {
            File = file,
            Name = fields.Text("name")?.Value,
            Inputs = inputs,
            Steps = ReadSteps(fields, unsupported),
            Outputs = ReadOutputs(fields),
            Unsupported = unsupported.All,
        };
        JobReferences.CheckAction(action, fields.Templates.Used, problems);
        return action;
    }

    private static List<Step> ReadSteps(Fields fields, UnsupportedParts unsupported)
    {
        if (fields.Object("runs") is not { } runs || runs.Text("using") is not { } kind)
        {
            return [];
        }

        if (!string.Equals(kind.Value, "composite", StringComparison.OrdinalIgnoreCase))
        {
            unsupported.Add(UnsupportedDiagnostics.ActionKind(kind.At, kind.Value));
            return [];
        }

        foreach (var (key, _) in runs.Mapping.Entries)
        {
            if (key.Text is not ("using" or "steps"))
            {
                fields.Problems.Add(StructureDiagnostics.Conflict(key.At, key.Text, "using: composite", "it belongs to another kind of action."));
            }
        }

        if (!runs.Has("steps"))
        {
            fields.Problems.Add(StructureDiagnostics.MissingKey(runs.At, "steps", ActionShapes.Runs));
        }

        foreach (var item in (runs.Node("steps") as YamlSequence)?.Items ?? [])
        {
            if (item is YamlMapping step && step.FindKey("run") is not null && step.FindKey("shell") is null)
            {
                fields.Problems.Add(StructureDiagnostics.MissingKey(step.At, "shell", ActionShapes.Step));
            }
        }

        return StepReader.ReadAll(runs, new("JOB", [], []), ActionShapes.Step, unsupported);
    }

    private static List<ActionInput> ReadInputs(Fields fields)
    {
        List<ActionInput> inputs = [];
        foreach (var (key, value) in fields.MappingOf("inputs")?.Entries ?? [])
        {
            if (!Names.IsId(key.Text))
            {
                fields.Problems.Add(StructureDiagnostics.BadId(key.At, "an input", key.Text));
            }

            if (inputs.Find(other => string.Equals(other.Name, key.Text, StringComparison.OrdinalIgnoreCase)) is { } first)
            {
                fields.Problems.Add(StructureDiagnostics.DuplicateId(key.At, "an input", key.Text, first.At));
            }

            var input = new Fields(value as YamlMapping ?? new YamlMapping(key.At), ActionShapes.Input, fields.Templates);
            inputs.Add(new(key.Text, input.Flag("required") ?? false, input.Template("default")?.Value, input.Text("deprecationMessage")?.Value, key.At));
        }

        return inputs;
    }

    private static List<JobOutput> ReadOutputs(Fields fields)
    {
        List<JobOutput> outputs = [];
        foreach (var (key, value) in fields.MappingOf("outputs")?.Entries ?? [])
        {
            if (!Names.IsId(key.Text))
            {
                fields.Problems.Add(StructureDiagnostics.BadId(key.At, "an output", key.Text));
            }

            if (value is YamlMapping mapping && new Fields(mapping, ActionShapes.Output, fields.Templates).Template("value") is { } text)
            {
                outputs.Add(new(key.Text, text.Value, key.At));
            }
        }

        return outputs;
    }
}
