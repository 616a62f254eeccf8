using Strata.Workflows.Model;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>Settings that workflows and jobs share.</summary>
internal static class SettingReader
{
    public const int TimeoutMinutesMax = 35 * 24 * 60;

    public static RunDefaults Defaults(Fields fields) =>
        fields.Object("defaults")?.Object("run") is { } run
            ? new(run.Template("shell"), run.Template("working-directory"))
            : RunDefaults.None;

    public static Permissions? Permissions(Fields fields)
    {
        if (fields.Text("permissions") is { } all)
        {
            return new(all.Value, new Dictionary<string, string>());
        }

        if (fields.MappingOf("permissions") is not { } mapping)
        {
            return null;
        }

        var scopes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in mapping.Entries)
        {
            scopes[key.Text] = (value as YamlScalar)?.Text ?? "";
        }

        return new(null, scopes);
    }

    public static Concurrency? Concurrency(Fields fields)
    {
        if (fields.Template("concurrency") is { } group)
        {
            return new(group, null);
        }

        return fields.Object("concurrency") is { } settings && settings.Template("group") is { } named
            ? new(named, settings.Template("cancel-in-progress")) { QueuesAll = settings.Text("queue")?.Value == "max" }
            : null;
    }

    /// <summary><c>timeout-minutes</c>; a literal is checked.</summary>
    public static Located<Expressions.Template>? Timeout(Fields fields)
    {
        if (fields.Scalar("timeout-minutes") is { Kind: YamlKind.Number } scalar && !(scalar.Number > 0 && scalar.Number <= TimeoutMinutesMax))
        {
            fields.Problems.Add(StructureDiagnostics.OutOfRange(scalar.At, "'timeout-minutes'", $"more than 0 and at most {TimeoutMinutesMax:N0} (35 days)"));
        }

        return fields.Template("timeout-minutes");
    }
}
