using System.Globalization;
using Strata.Workflows.Expressions;
using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Checking;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Parsing.Reading;

/// <summary><c>on:</c>, every form.</summary>
internal static class TriggerReader
{
    private static readonly string[] Filters = ["branches", "tags", "paths"];
    private static readonly IReadOnlyDictionary<string, IReadOnlyList<string>> NoFilters = new Dictionary<string, IReadOnlyList<string>>();

    public static Triggers Read(YamlNode? on, TemplateReader templates)
    {
        List<Trigger> events = [];
        List<WorkflowInput> inputs = [];
        switch (on)
        {
            case YamlScalar { Kind: YamlKind.Text } name:
                AddNamed(name, events, templates.Problems);
                break;
            case YamlSequence names:
                foreach (var item in names.Items)
                {
                    if (item is YamlScalar name)
                    {
                        AddNamed(name, events, templates.Problems);
                    }
                }

                break;
            case YamlMapping mapping:
                foreach (var (key, value) in mapping.Entries)
                {
                    events.Add(new(key.Text, ReadFilters(value, templates.Problems), key.At));
                    ReadInputs(key.Text, value, inputs, templates);
                }

                break;
        }

        return new(events) { Inputs = inputs };
    }

    private static void AddNamed(YamlScalar name, List<Trigger> events, Problems problems)
    {
        if (name.Text == "schedule")
        {
            problems.Add(StructureDiagnostics.NoTimes(name.At));
        }

        events.Add(new(name.Text, NoFilters, name.At));
    }

    private static Dictionary<string, IReadOnlyList<string>> ReadFilters(YamlNode settings, Problems problems)
    {
        var found = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        if (settings is YamlSequence schedule)
        {
            found["cron"] = ReadSchedule(schedule, problems);
        }
        else if (settings is YamlMapping mapping)
        {
            foreach (var (key, value) in mapping.Entries)
            {
                if (value is YamlScalar { Kind: not YamlKind.Null } one)
                {
                    found[key.Text] = [one.Canonical];
                }
                else if (value is YamlSequence many)
                {
                    found[key.Text] = [.. many.Items.OfType<YamlScalar>().Select(item => item.Canonical)];
                }
            }

            CheckFilters(mapping, found, problems);
        }

        return found;
    }

    private static List<string> ReadSchedule(YamlSequence schedule, Problems problems)
    {
        List<string> times = [];
        foreach (var item in schedule.Items)
        {
            if ((item as YamlMapping)?.Find("cron") is YamlScalar cron)
            {
                times.Add(cron.Text);
                if (CronCheck.Problem(cron.Text) is { } why)
                {
                    problems.Add(StructureDiagnostics.BadCron(cron.At, cron.Text, why));
                }
            }
        }

        return times;
    }

    private static void CheckFilters(YamlMapping mapping, Dictionary<string, IReadOnlyList<string>> found, Problems problems)
    {
        foreach (var name in Filters)
        {
            if (mapping.FindKey($"{name}-ignore") is { } ignore && mapping.FindKey(name) is not null)
            {
                problems.Add(StructureDiagnostics.FiltersConflict(ignore.At, ignore.Text, name));
            }

            if (found.TryGetValue(name, out var patterns) && patterns.Count > 0 && patterns.All(pattern => pattern.StartsWith('!')))
            {
                problems.Add(StructureDiagnostics.OnlyNegativePatterns(mapping.FindKey(name)!.At, name));
            }
        }
    }

    private static void ReadInputs(string trigger, YamlNode settings, List<WorkflowInput> inputs, TemplateReader templates)
    {
        if (trigger is not ("workflow_dispatch" or "workflow_call") || settings is not YamlMapping mapping)
        {
            return;
        }

        var shape = trigger == "workflow_dispatch" ? TriggerShapes.DispatchInput : TriggerShapes.CallInput;
        foreach (var (key, value) in (mapping.Find("inputs") as YamlMapping)?.Entries ?? [])
        {
            var fields = new Fields(value as YamlMapping ?? new YamlMapping(key.At), shape, templates);
            var input = ReadInput(key, fields, trigger == "workflow_dispatch");
            if (!Names.IsId(input.Name))
            {
                templates.Problems.Add(StructureDiagnostics.BadId(key.At, "an input", input.Name));
            }
            else if (!inputs.Exists(other => string.Equals(other.Name, input.Name, StringComparison.OrdinalIgnoreCase)))
            {
                inputs.Add(input);
            }
        }

        if (trigger == "workflow_call" && mapping.FindKey("outputs") is { } outputs)
        {
            templates.Problems.Add(UnsupportedDiagnostics.JobsContext(outputs.At));
        }
    }

    private static WorkflowInput ReadInput(YamlScalar name, Fields fields, bool dispatch)
    {
        var type = fields.Text("type")?.Value ?? "string";
        var options = dispatch ? fields.TextList("options").Select(option => option.Value).ToList() : [];
        if (type == "choice" && options.Count == 0)
        {
            fields.Problems.Add(StructureDiagnostics.MissingKey(name.At, "options", TriggerShapes.DispatchInput));
        }

        var scalar = fields.Scalar("default");
        if (scalar is { HasExpression: false, Kind: not YamlKind.Null } && !FitsType(scalar, type, options))
        {
            fields.Problems.Add(StructureDiagnostics.BadDefault(scalar.At, name.Text, type));
        }

        return new(name.Text, fields.Text("description")?.Value, type, fields.Flag("required") ?? false, DefaultOf(scalar, type), options, name.At);
    }

    private static bool FitsType(YamlScalar value, string type, List<string> options) => type switch
    {
        "boolean" => value.Text is "true" or "false" || value.Kind == YamlKind.Boolean,
        "number" => value.Kind == YamlKind.Number || double.TryParse(value.Text, NumberStyles.Float, CultureInfo.InvariantCulture, out _),
        "choice" => options.Count == 0 || options.Contains(value.Canonical),
        _ => true,
    };

    private static Value DefaultOf(YamlScalar? value, string type) => (value, type) switch
    {
        (null or { Kind: YamlKind.Null }, _) => Value.Null,
        (_, "boolean") => Value.From(value.Text is ['t' or 'T', ..]),
        (_, "number") => Value.From(double.TryParse(value.Canonical, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : 0),
        _ => Value.From(value.Canonical),
    };
}
