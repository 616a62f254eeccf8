using System.Text;
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
}
