using System.Text;
using System.Text.Json.Nodes;
using Strata.Core.Diagnostics;
using Strata.Workflows.Parsing;
using Strata.Workflows.Parsing.Yaml;
using Strata.Workflows.Schema;
using Strata.Workflows.Tests.Parsing;

namespace Strata.Workflows.Tests.Schema;

/// <summary>The schema and the parser agree about keys and types, on good files and on thousands of bad ones.</summary>
public sealed class SchemaAgreementTests
{
    /// <summary>Unknown and missing keys, types, values, events, emptiness: what a schema can say.</summary>
    private static readonly HashSet<string> OfShape = ["STR1101", "STR1102", "STR1103", "STR1104", "STR1108", "STR1112"];

    public static TheoryData<string> Names => [.. RealisticWorkflows.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_realistic_workflow_fits_the_schema(string name) =>
        SchemaCheck.Workflow.Accepts(Read(RealisticWorkflows.All[name])).ShouldBeTrue();

    [Theory]
    [MemberData(nameof(Names))]
    public void Parser_and_schema_refuse_the_same_changes(string name)
    {
        List<string> disagreements = [];
        var tried = 0;
        foreach (var (what, changed) in Changes(Read(RealisticWorkflows.All[name])!))
        {
            tried++;
            var problems = WorkflowParser.Parse("ci.yml", Encoding.UTF8.GetBytes(changed.ToJsonString())).Diagnostics;
            var refused = problems.FirstOrDefault(problem => OfShape.Contains(problem.Code) && !IsMoreThanShape(problem));
            if (refused is null != SchemaCheck.Workflow.Accepts(changed))
            {
                disagreements.Add($"{what}: the parser says {refused?.Message ?? "nothing"}");
            }
        }

        disagreements.ShouldBeEmpty();
        tried.ShouldBeGreaterThan(50);
    }

    [Fact]
    public void Every_key_of_the_schema_is_known_to_the_parser_and_described()
    {
        foreach (var (name, definition) in SchemaCheck.Workflow.Definitions)
        {
            foreach (var (key, property) in definition!["properties"]!.AsObject())
            {
                property!["description"].ShouldNotBeNull($"{name}.{key}");
            }
        }

        SchemaCheck.Workflow.Definitions["workflow"]!["properties"]!.AsObject().Select(property => property.Key)
            .ShouldBe(WorkflowShapes.Root.Keys.Select(key => key.Name));
    }

    /// <summary>The parser knows some rules beyond shapes under the same codes.</summary>
    private static bool IsMoreThanShape(Diagnostic problem) =>
        (problem.Code == "STR1103" && (problem.Message.Contains("'options'", StringComparison.Ordinal) || problem.Message.Contains("'steps' is missing in a job", StringComparison.Ordinal)))
        || (problem.Code == "STR1104" && problem.Message.StartsWith("'shell'", StringComparison.Ordinal))
        || (problem.Code == "STR1104" && problem.Message.StartsWith("'if-no-files-found'", StringComparison.Ordinal)) // inputs of actions have no shape
        || (problem.Code == "STR1112" && problem.Message.StartsWith("'jobs'", StringComparison.Ordinal));

    /// <summary>Each key renamed or dropped, each value replaced by one of another type.</summary>
    private static IEnumerable<(string What, JsonNode Changed)> Changes(JsonNode root)
    {
        foreach (var path in Paths(root, []))
        {
            var parent = path[..^1].Aggregate(root, Step);
            var last = path[^1];
            foreach (var (kind, value) in new (string, JsonNode?)[] { ("null", null), ("text", "x"), ("number", 1.5), ("boolean", true), ("list", new JsonArray()), ("mapping", new JsonObject()) })
            {
                yield return ($"{string.Join('.', path)} = {kind}", With(root, path, node => Set(node, last, value)));
            }

            if (parent is JsonObject)
            {
                yield return ($"{string.Join('.', path)} renamed", With(root, path, node => Rename(node, (string)last)));
                yield return ($"{string.Join('.', path)} dropped", With(root, path, node => node.AsObject().Remove((string)last)));
            }
        }
    }

    private static JsonNode With(JsonNode root, object[] path, Action<JsonNode> change)
    {
        var copy = root.DeepClone();
        change(path[..^1].Aggregate(copy, Step));
        return copy;
    }

    private static JsonNode Step(JsonNode node, object step) => step is int index ? node[index]! : node[(string)step]!;

    private static void Set(JsonNode parent, object last, JsonNode? value)
    {
        if (last is int index)
        {
            parent[index] = value;
        }
        else
        {
            parent[(string)last] = value;
        }
    }

    private static void Rename(JsonNode parent, string key)
    {
        var value = parent[key];
        parent.AsObject().Remove(key);
        parent[$"zz-{key}"] = value;
    }

    private static IEnumerable<object[]> Paths(JsonNode? node, object[] path)
    {
        if (path.Length > 0)
        {
            yield return path;
        }

        IEnumerable<(object Step, JsonNode? Value)> children = node switch
        {
            JsonObject members => members.Select(member => ((object)member.Key, member.Value)),
            JsonArray items => items.Select((item, index) => ((object)index, item)),
            _ => [],
        };
        foreach (var (step, value) in children)
        {
            foreach (var inner in Paths(value, [.. path, step]))
            {
                yield return inner;
            }
        }
    }

    private static JsonNode? Read(string yaml)
    {
        List<Diagnostic> problems = [];
        return ToJson(YamlReader.Read("ci.yml", Encoding.UTF8.GetBytes(yaml), problems).ShouldNotBeNull());
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMapping mapping => new JsonObject(mapping.Entries.Select(entry => KeyValuePair.Create(entry.Key.Text, ToJson(entry.Value)))),
        YamlSequence sequence => new JsonArray([.. sequence.Items.Select(ToJson)]),
        YamlScalar { Kind: YamlKind.Boolean } scalar => scalar.Boolean,
        YamlScalar { Kind: YamlKind.Number } scalar => scalar.Number,
        YamlScalar { Kind: YamlKind.Null } => null,
        YamlScalar scalar => scalar.Text,
        _ => throw new NotSupportedException(),
    };
}
