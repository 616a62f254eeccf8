using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Strata.Workflows.Schema;

namespace Strata.Workflows.Tests.Schema;

/// <summary>The words of JSON Schema that <see cref="WorkflowSchema"/> writes, and no others: an unknown one fails the test.</summary>
internal sealed class SchemaCheck
{
    private readonly JsonObject _root;

    private SchemaCheck(JsonObject root) => _root = root;

    public static SchemaCheck Workflow { get; } = new(Write());

    public JsonObject Definitions => _root["$defs"]!.AsObject();

    public bool Accepts(JsonNode? value) => Accepts(_root, value);

    private static JsonObject Write()
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            WorkflowSchema.Write(writer);
        }

        return JsonNode.Parse(stream.ToArray())!.AsObject();
    }

    private bool Accepts(JsonObject schema, JsonNode? value) => schema.All(word => word.Key switch
    {
        "$schema" or "$defs" or "title" or "description" => true,
        "$ref" => Accepts(Definitions[word.Value!.GetValue<string>()["#/$defs/".Length..]]!.AsObject(), value),
        "anyOf" => word.Value!.AsArray().Any(option => Accepts(option!.AsObject(), value)),
        "type" => Types(word.Value!).Contains(TypeOf(value)),
        "enum" => word.Value!.AsArray().Any(option => JsonNode.DeepEquals(option, value)),
        "pattern" => TypeOf(value) != "string" || Regex.IsMatch(value!.GetValue<string>(), word.Value!.GetValue<string>()),
        "minLength" => TypeOf(value) != "string" || value!.GetValue<string>().Length >= word.Value!.GetValue<int>(),
        "minItems" => value is not JsonArray items || items.Count >= word.Value!.GetValue<int>(),
        "items" => value is not JsonArray items || items.All(item => Accepts(word.Value!.AsObject(), item)),
        "required" => value is not JsonObject members || word.Value!.AsArray().All(name => members.ContainsKey(name!.GetValue<string>())),
        "properties" => value is not JsonObject members || word.Value!.AsObject().All(
            property => !members.TryGetPropertyValue(property.Key, out var member) || Accepts(property.Value!.AsObject(), member)),
        "additionalProperties" => value is not JsonObject members || members.All(member => schema["properties"]?[member.Key] is not null
            || (word.Value is JsonObject other ? Accepts(other, member.Value) : word.Value!.GetValue<bool>())),
        _ => throw new NotSupportedException(word.Key),
    });

    private static IEnumerable<string> Types(JsonNode type) => type is JsonArray many ? many.Select(one => one!.GetValue<string>()) : [type.GetValue<string>()];

    private static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => value.GetValueKind() switch { JsonValueKind.String => "string", JsonValueKind.Number => "number", _ => "boolean" },
    };
}
