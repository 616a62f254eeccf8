using System.Text.Json.Nodes;
using Strata.Workflows.Evaluation;

namespace Strata.Workflows.Tests.Evaluation;

public class EvalSessionTests
{
    private static string Evaluate(string text, string? contexts = null) =>
        new EvalSession().Evaluate(text, contexts is null ? null : JsonNode.Parse(contexts)!.AsObject());

    [Theory]
    [InlineData("1 == 1", """{"kind":"boolean","value":true}""")]
    [InlineData("${{ 1 == 1 }}", """{"kind":"boolean","value":true}""")]
    [InlineData("1.50", """{"kind":"number","value":1.5}""")]
    [InlineData("0.1", """{"kind":"number","value":0.1}""")]
    [InlineData("0.30000000000000004", """{"kind":"number","value":0.30000000000000004}""")]
    [InlineData("9007199254740993", """{"kind":"number","value":9007199254740992}""")]
    [InlineData("NaN", """{"kind":"number","value":"NaN"}""")]
    [InlineData("-Infinity", """{"kind":"number","value":"-Infinity"}""")]
    [InlineData("Infinity", """{"kind":"number","value":"Infinity"}""")]
    [InlineData("'it''s <é>'", """{"kind":"string","value":"it's <é>"}""")]
    [InlineData("null", """{"kind":"null","value":null}""")]
    [InlineData("github.ref", """{"kind":"null","value":null}""")]
    [InlineData("fromJSON('[1,{\"a\":null}]')", """{"kind":"array","value":[1,{"a":null}]}""")]
    [InlineData("fromJSON('{\"b\":1,\"a\":[]}')", """{"kind":"object","value":{"b":1,"a":[]}}""")]
    [InlineData("a ${{ 1 }} b", """{"kind":"string","value":"a 1 b"}""")]
    [InlineData("It's ${{ 1 }}", """{"kind":"string","value":"It's 1"}""")]
    [InlineData("'${{'", """{"kind":"string","value":"${{"}""")]
    [InlineData("success() && always() && !failure() && !cancelled()", """{"kind":"boolean","value":true}""")]
    public void A_value_is_printed_with_its_kind(string text, string json) => Evaluate(text).ShouldBe(json);

    [Theory]
    [InlineData("github.ref == strata.ref && strata.ref == 'x'", """{"github":{"ref":"x"}}""")]
    [InlineData("github.ref == 'x'", """{"strata":{"ref":"x"}}""")]
    [InlineData("mine.a[1] == 2", """{"mine":{"a":[1,2]}}""")]
    [InlineData("MINE.a == 1", """{"Mine":{"A":1}}""")]
    [InlineData("jobs.a.result == 'success'", """{"jobs":{"a":{"result":"success"}}}""")]
    [InlineData("failure() && !success() && always() && !cancelled()", """{"job":{"status":"failure"}}""")]
    [InlineData("cancelled() && !success()", """{"job":{"status":"cancelled"}}""")]
    [InlineData("success()", """{"job":{}}""")]
    [InlineData("text == 'x'", """{"text":"x"}""")]
    public void Contexts_that_are_given_are_known(string text, string contexts) =>
        Evaluate(text, contexts).ShouldBe("""{"kind":"boolean","value":true}""");

    [Theory]
    [InlineData("foo", 1)]
    [InlineData("1 == foo", 6)]
    [InlineData("${{ foo }}", 5)]
    [InlineData("a ${{ 1 }} ${{ foo.bar }}", 16)]
    [InlineData("", 1)]
    [InlineData("jobs.a", 1)]
    [InlineData("foo == '${{'", 1)]
    [InlineData("${{ 1", 1)]
    [InlineData("fromJSON('x')", 0)]
    [InlineData("hashFiles('x')", 0)]
    [InlineData("format('{0}')", 0)]
    public void An_error_says_where(string text, int position)
    {
        var answer = JsonNode.Parse(Evaluate(text))!.AsObject();

        answer.Select(member => member.Key).ShouldBe(["error", "position"]);
        answer["error"]!.GetValue<string>().ShouldNotBeEmpty();
        answer["position"]!.GetValue<int>().ShouldBe(position);
    }

    [Fact]
    public void Half_a_surrogate_pair_is_replaced()
    {
        Evaluate("'\ud800'").ShouldBe("{\"kind\":\"string\",\"value\":\"\\uFFFD\"}");
        Evaluate("\ud800").ShouldContain("\"position\":1}");
    }

    [Fact]
    public void HashFiles_asks_who_knows_the_files() =>
        new EvalSession(patterns => string.Join('+', patterns)).Evaluate("hashFiles('a', 1)", null).ShouldBe("""{"kind":"string","value":"a+1"}""");

    [Theory]
    [InlineData("""{"expr":"1 == 1"}""", """{"kind":"boolean","value":true}""")]
    [InlineData("""{"expr":"x.a","contexts":{"x":{"a":"b"}}}""", """{"kind":"string","value":"b"}""")]
    [InlineData("""{"contexts":{"x":{"a":1,"a":2}},"expr":"x.a"}""", """{"kind":"number","value":2}""")]
    [InlineData("""{"expr":"github","contexts":null}""", """{"kind":"null","value":null}""")]
    public void A_line_is_answered(string line, string answer) => new EvalSession().EvaluateLine(line).ShouldBe(answer);

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"expr":1}""")]
    [InlineData("""{"expr":"1","contexts":[]}""")]
    [InlineData("""{"expr":"1","contexts":{"a":}}""")]
    [InlineData("""{"expr":"\ud800"}""")]
    [InlineData("""{"expr":"1"} x""")]
    public void A_malformed_line_is_an_error_object(string line) =>
        JsonNode.Parse(new EvalSession().EvaluateLine(line))!.AsObject().Select(member => member.Key).ShouldBe(["error", "position"]);

    [Fact]
    public void A_context_with_a_member_twice_is_an_error() => Evaluate("x", """{"x":{"a":1,"a":2}}""").ShouldContain("\"error\"");
}
