using System.Text.Json.Nodes;
using Strata.Workflows.Expressions;

namespace Strata.Workflows.Tests.Expressions;

public class ValueTests
{
    [Fact]
    public void Members_are_found_in_any_spelling_the_exact_one_first()
    {
        foreach (var more in new[] { 0, 20 })
        {
            var members = new List<KeyValuePair<string, Value>> { new("Path", Value.From(1)), new("PATH", Value.From(2)), new("Other", Value.From(3)) };
            members.AddRange(Enumerable.Range(0, more).Select(i => KeyValuePair.Create($"m{i}", Value.From(i))));
            var value = new ObjectValue(members);

            value["Path"].ToText().ShouldBe("1");
            value["PATH"].ToText().ShouldBe("2");
            value["path"].ToText().ShouldBe("1");
            value["OTHER"].ToText().ShouldBe("3");
            value["none"].ShouldBe(Value.Null);
            value.Contains("none").ShouldBeFalse();
            value.Contains("other").ShouldBeTrue();
        }
    }

    [Fact]
    public void JSON_nodes_become_values_and_back()
    {
        const string Json = """{"b":[1,2.5,"x",true,null,{}],"a":{"n":-0.001}}""";

        Value.FromJson(JsonNode.Parse(Json)).ToJson()!.ToJsonString().ShouldBe(Json);
        Value.FromJson(null).ShouldBe(Value.Null);
        Value.FromJson(JsonValue.Create(7L)).ToText().ShouldBe("7");
        Value.FromJson(JsonValue.Create(1.25m)).ToText().ShouldBe("1.25");
        Value.FromJson(JsonValue.Create('c')).ToText().ShouldBe("c");
        Value.From(double.NaN).ToJson()!.ToJsonString().ShouldBe("\"NaN\"");
        Value.From(double.NegativeInfinity).ToJson()!.ToJsonString().ShouldBe("\"-Infinity\"");
        Value.Null.ToJson().ShouldBeNull();
    }

    [Theory]
    [InlineData("12", 12)]
    [InlineData("\t 12 \n", 12)]
    [InlineData("", 0)]
    [InlineData("+.5e1", 5)]
    [InlineData("0x1F", 31)]
    [InlineData("0X1F", double.NaN)]
    [InlineData("-0x1F", double.NaN)]
    [InlineData("0o777", 511)]
    [InlineData("Infinity", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("infinity", double.NaN)]
    [InlineData("∞", double.NaN)]
    [InlineData("nan", double.NaN)]
    [InlineData("1_000", double.NaN)]
    [InlineData("1e", double.NaN)]
    [InlineData("(1)", double.NaN)]
    [InlineData("--1", double.NaN)]
    [InlineData("1 2", double.NaN)]
    public void Text_becomes_a_number_as_on_GitHub(string text, double number) => Value.From(text).ToNumber().ShouldBe(number);
}
