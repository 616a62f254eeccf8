using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Workflows.Parsing;
using Strata.Workflows.Schema;
using Strata.Workflows.Tests.Parsing;

namespace Strata.Workflows.Tests.Schema;

/// <summary>Schema, parser and reference say the same.</summary>
public sealed class WorkflowSchemaTests
{
    private static readonly JsonObject Schema = Write();

    public static TheoryData<string, string> Keys()
    {
        TheoryData<string, string> keys = [];
        foreach (var (definition, shape) in Schema["$defs"]!.AsObject())
        {
            foreach (var (key, _) in shape!["properties"]!.AsObject())
            {
                keys.Add(definition, key);
            }
        }

        return keys;
    }

    [Theory]
    [MemberData(nameof(Keys))]
    public void Every_key_is_in_the_reference(string definition, string key) =>
        File.ReadAllText(Path.Combine(ExampleFiles.Root, "docs/workflow.md")).ShouldContain($"| `{key}`", Case.Sensitive, definition);

    [Fact]
    public void Every_key_of_the_reference_is_in_the_schema()
    {
        HashSet<string> known = [.. Keys().Select(row => (string)row[1])];
        foreach (var line in File.ReadLines(Path.Combine(ExampleFiles.Root, "docs/workflow.md")))
        {
            if (line.StartsWith("| `", StringComparison.Ordinal))
            {
                var key = line.Split('`')[1];
                (known.Contains(key) || key.StartsWith("matrix.", StringComparison.Ordinal)).ShouldBeTrue(key);
            }
        }
    }

    [Theory]
    [InlineData("workflow", "jobs: {a: {steps: [{run: x}]}}")]
    [InlineData("job", "steps: [{run: x}]")]
    public void A_key_the_schema_does_not_have_is_an_error_of_the_parser(string definition, string rest)
    {
        var known = Schema["$defs"]![definition]!["properties"]!.AsObject().Select(member => member.Key).ToHashSet();
        known.ShouldNotContain("zzz");
        var yaml = definition == "job" ? $"jobs:\n  a:\n    zzz: 1\n    {rest}\n" : $"zzz: 1\n{rest}\n";
        Errors(yaml).ShouldContain("STR1101");
    }

    /// <summary>Whatever value stands there, a key of the schema is never unknown to the parser.</summary>
    [Fact]
    public void Every_key_of_a_job_and_of_a_workflow_is_known_to_the_parser()
    {
        foreach (var (key, _) in Schema["$defs"]!["job"]!["properties"]!.AsObject())
        {
            Errors($"jobs:\n  a:\n    {key}: {{}}\n").ShouldNotContain("STR1101", key);
        }

        foreach (var (key, _) in Schema["$defs"]!["workflow"]!["properties"]!.AsObject())
        {
            Errors($"{key}: {{}}\n").ShouldNotContain("STR1101", key);
        }
    }

    [Fact]
    public void The_examples_parse_without_a_diagnostic()
    {
        ExampleFiles.All().Count.ShouldBeGreaterThan(2);
        foreach (var file in ExampleFiles.All())
        {
            WorkflowParser.Parse(file, File.ReadAllBytes(file)).Diagnostics.ShouldBeEmpty(file);
        }
    }

    private static IEnumerable<string> Errors(string yaml) =>
        WorkflowParser.Parse("strata.yml", Encoding.UTF8.GetBytes(yaml)).Diagnostics.Select(d => d.Code);

    private static JsonObject Write()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            WorkflowSchema.Write(writer);
        }

        return JsonNode.Parse(buffer.WrittenSpan)!.AsObject();
    }
}
