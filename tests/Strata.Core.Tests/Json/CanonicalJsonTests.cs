using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Strata.Core.Json;

namespace Strata.Core.Tests.Json;

public class CanonicalJsonTests
{
    private static string Write(JsonNode? node) => Encoding.UTF8.GetString(CanonicalJson.Write(node));

    [Theory]
    [InlineData("""{ "b" : 1, "a" : [ true , null, {"z":1,"Z":2} ] }""", """{"a":[true,null,{"Z":2,"z":1}],"b":1}""")]
    [InlineData("""{"aa":1,"a":2,"é":3,"_":4}""", """{"_":4,"a":2,"aa":1,"é":3}""")]
    [InlineData("\"\\u00e9\\u003c\\/'\\u0001\\n\"", "\"é</'\\u0001\\n\"")]
    [InlineData("null", "null")]
    [InlineData("-0", "0")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("[]", "[]")]
    [InlineData("{}", "{}")]
    public void There_is_one_spelling(string json, string canonical) => Write(JsonNode.Parse(json)).ShouldBe(canonical);

    [Fact]
    public void It_does_not_matter_how_a_node_was_made()
    {
        var made = new JsonObject
        {
            ["text"] = "é<", ["int"] = 5, ["long"] = 5L, ["byte"] = (byte)5, ["bool"] = false, ["none"] = null, ["list"] = new JsonArray(1, "x", null),
        };

        Write(made).ShouldBe("""{"bool":false,"byte":5,"int":5,"list":[1,"x",null],"long":5,"none":null,"text":"é<"}""");
        CanonicalJson.DigestOf(JsonNode.Parse(made.ToJsonString())).ShouldBe(CanonicalJson.DigestOf(made));
    }

    [Theory]
    [InlineData("1.5")]
    [InlineData("1e3")]
    [InlineData("9223372036854775808")]
    public void A_number_that_is_no_integer_is_refused(string json) => Should.Throw<ArgumentException>(() => Write(JsonNode.Parse(json)));

    [Fact]
    public void Writing_what_was_written_changes_nothing() => Prop.ForAll<Dictionary<NonNull<string>, long>, string?>((members, text) =>
    {
        var node = new JsonObject();
        foreach (var (name, value) in members)
        {
            node[name.Get] = new JsonArray(value, text);
        }

        var canonical = CanonicalJson.Write(node);
        return canonical.AsSpan().SequenceEqual(CanonicalJson.Write(JsonNode.Parse(canonical)));
    }).QuickCheckThrowOnFailure();

    /// <summary>Keys are digests of it: every byte is as the framework's writer, which wrote it first, has it.</summary>
    [Fact]
    public void It_is_what_the_frameworks_writer_writes_of_sorted_members()
    {
        var text = Gen.ListOf(Gen.Elements(
            "a", "Z 0-9 {}[]:,;.!?#$%()*/=@^_|~", "\"", "\\", "&", "'", "+", "<", ">", "`", "\u0000", "\n", "\u007f", "\u0085", "é", "\u2028", "中", "😀", "\ud83d", "\ude00")).Select(static parts => string.Concat(parts));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(1_000), Prop.ForAll(NodeOf(text, 3).ToArbitrary(), static node =>
            CanonicalJson.Write(node).ShouldBe(Reference(node))));
    }

    private static Gen<JsonNode?> NodeOf(Gen<string> text, int depth)
    {
        var leaf = Gen.OneOf(
            text.Select(static value => (JsonNode?)JsonValue.Create(value)), Gen.Elements(0L, -1, 10, long.MaxValue, long.MinValue).Select(static value => (JsonNode?)JsonValue.Create(value)),
            Gen.Elements(0, 1, 2).Select(static kind => kind == 0 ? null : (JsonNode?)JsonValue.Create(kind == 1)));
        return depth == 0 ? leaf : Gen.OneOf(
            leaf,
            Gen.ListOf(NodeOf(text, depth - 1)).Select(static items => (JsonNode?)new JsonArray([.. items.Take(3).Select(static item => item?.DeepClone())])),
            Gen.ListOf(from name in text from value in NodeOf(text, depth - 1) select (name, value)).Select(static members =>
            {
                var node = new JsonObject();
                foreach (var (name, value) in members.Take(3))
                {
                    node[name] = value?.DeepClone();
                }

                return (JsonNode?)node;
            }));
    }

    private static byte[] Reference(JsonNode? node)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes, new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            Write(json, node);
        }

        return bytes.ToArray();

        static void Write(Utf8JsonWriter json, JsonNode? node)
        {
            switch (node)
            {
                case JsonObject members:
                    json.WriteStartObject();
                    foreach (var (name, value) in members.OrderBy(static member => member.Key, StringComparer.Ordinal))
                    {
                        json.WritePropertyName(name);
                        Write(json, value);
                    }

                    json.WriteEndObject();
                    break;
                case JsonArray items:
                    json.WriteStartArray();
                    foreach (var item in items)
                    {
                        Write(json, item);
                    }

                    json.WriteEndArray();
                    break;
                case null:
                    json.WriteNullValue();
                    break;
                default:
                    node.WriteTo(json);
                    break;
            }
        }
    }
}
