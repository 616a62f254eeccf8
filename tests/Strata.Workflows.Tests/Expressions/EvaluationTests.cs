using Strata.Workflows.Expressions;
using static Strata.Workflows.Tests.Expressions.ExpressionText;

namespace Strata.Workflows.Tests.Expressions;

public class EvaluationTests
{
    private const string Contexts = """
        {
          "github": { "ref": "refs/heads/main", "event": { "commits": [ { "id": 1, "tags": ["a", "b"] }, { "id": 2, "tags": ["c"] }, { "sha": 3 } ] } },
          "env": { "NAME": "value", "EMPTY": "", "true": "yes" },
          "matrix": { "os": "linux", "n": 3, "list": ["x", "y", "z"], "object": { "a": { "v": 1 }, "b": { "v": 2 }, "c": { "w": 3 } } },
          "needs": { "one": { "result": "success" }, "two": { "result": "failure" } }
        }
        """;

    [Theory]
    // Literals.
    [InlineData("null", "null")]
    [InlineData("true", "true")]
    [InlineData("false", "false")]
    [InlineData("711", "711")]
    [InlineData("-9.2", "-9.2")]
    [InlineData("+5", "5")]
    [InlineData(".5", "0.5")]
    [InlineData("-.5", "-0.5")]
    [InlineData("2.", "2")]
    [InlineData("0xff", "255")]
    [InlineData("0xFF", "255")]
    [InlineData("0o17", "15")]
    [InlineData("-2.99e-2", "-0.0299")]
    [InlineData("1.2E+2", "120")]
    [InlineData("Infinity", "\"Infinity\"")]
    [InlineData("-Infinity", "\"-Infinity\"")]
    [InlineData("NaN", "\"NaN\"")]
    [InlineData("'It''s open source!'", "\"It\\u0027s open source!\"")]
    [InlineData("''", "\"\"")]
    [InlineData("''''", "\"\\u0027\"")]
    [InlineData("'${{ }}'", "\"${{ }}\"")]
    // Precedence and grouping.
    [InlineData("true || false && false", "true")]
    [InlineData("(true || false) && false", "false")]
    [InlineData("!true || true", "true")]
    [InlineData("!(true || true)", "false")]
    [InlineData("1 < 2 == true", "true")]
    [InlineData("2 == 1 < 2", "false")]
    [InlineData("1 == 1 && 2 == 2", "true")]
    [InlineData("3 > 2 > 1", "false")]
    [InlineData("!0 == true", "true")]
    [InlineData("!!'a'", "true")]
    [InlineData("1 == !false", "true")]
    // Operands come back; the rest is not evaluated.
    [InlineData("'a' && 'b'", "\"b\"")]
    [InlineData("'' && 'b'", "\"\"")]
    [InlineData("0 || 'x'", "\"x\"")]
    [InlineData("null || false || 0", "0")]
    [InlineData("'a' || fromJSON('bad')", "\"a\"")]
    [InlineData("false && fromJSON('bad')", "false")]
    [InlineData("matrix.n == 3 && 'three' || 'other'", "\"three\"")]
    // Truth.
    [InlineData("!''", "true")]
    [InlineData("!' '", "false")]
    [InlineData("!0", "true")]
    [InlineData("!-0", "true")]
    [InlineData("!NaN", "true")]
    [InlineData("!Infinity", "false")]
    [InlineData("!null", "true")]
    [InlineData("!github", "false")]
    [InlineData("!fromJSON('[]')", "false")]
    [InlineData("!fromJSON('{}')", "false")]
    // Properties, indexes.
    [InlineData("github.ref", "\"refs/heads/main\"")]
    [InlineData("GitHub.REF", "\"refs/heads/main\"")]
    [InlineData("github['ref']", "\"refs/heads/main\"")]
    [InlineData("env.true", "\"yes\"")]
    [InlineData("env[true]", "\"yes\"")]
    [InlineData("env.absent", "null")]
    [InlineData("env.absent.deeper[0].still", "null")]
    [InlineData("runner.os", "null")]
    [InlineData("matrix.list[1]", "\"y\"")]
    [InlineData("matrix.list[1.9]", "\"y\"")]
    [InlineData("matrix.list['2']", "\"z\"")]
    [InlineData("matrix.list[true]", "\"y\"")]
    [InlineData("matrix.list[null]", "\"x\"")]
    [InlineData("matrix.list[3]", "null")]
    [InlineData("matrix.list[-1]", "null")]
    [InlineData("matrix.list['a']", "null")]
    [InlineData("matrix.list[Infinity]", "null")]
    [InlineData("matrix.list.length", "null")]
    [InlineData("matrix[format('{0}s', 'o')]", "\"linux\"")]
    [InlineData("matrix[github]", "null")]
    [InlineData("(github).ref", "\"refs/heads/main\"")]
    [InlineData("fromJSON('{\"a\":[1,{\"b\":2}]}').a[1].b", "2")]
    // Filters.
    [InlineData("needs.*.result", "[\"success\",\"failure\"]")]
    [InlineData("needs[*].result", "[\"success\",\"failure\"]")]
    [InlineData("contains(needs.*.result, 'failure')", "true")]
    [InlineData("github.event.commits.*.id", "[1,2]")]
    [InlineData("github.event.commits.*.tags", "[[\"a\",\"b\"],[\"c\"]]")]
    [InlineData("github.event.commits.*.tags.*", "[\"a\",\"b\",\"c\"]")]
    [InlineData("github.event.commits.*.tags[0]", "[\"a\",\"c\"]")]
    [InlineData("matrix.object.*.v", "[1,2]")]
    [InlineData("matrix.object.*.*", "[1,2,3]")]
    [InlineData("env.NAME.*", "[]")]
    [InlineData("runner.*.a.*", "[]")]
    [InlineData("fromJSON('[[1,2],[3]]').*.*", "[1,2,3]")]
    [InlineData("join(fromJSON('{\"a\":{\"x\":1},\"b\":{\"x\":2}}').*.x, '-')", "\"1-2\"")]
    public void A_value_is_as_on_GitHub(string expression, string json) => EvaluateJson(expression, Contexts).ShouldBe(json);

    [Theory]
    [InlineData("'abc' == 'ABC'", true)]
    [InlineData("'a' < 'B'", true)]
    [InlineData("'_' < 'a'", false)] // compared in upper case: '_' is after 'A'
    [InlineData("'a' != 'b'", true)]
    [InlineData("null == null", true)]
    [InlineData("null == 0", true)]
    [InlineData("null == ''", true)]
    [InlineData("null == false", true)]
    [InlineData("null <= null", true)]
    [InlineData("null < null", false)]
    [InlineData("true == 1", true)]
    [InlineData("true == '1'", true)]
    [InlineData("true == 'true'", false)]
    [InlineData("true > false", true)]
    [InlineData("false == ''", true)]
    [InlineData("1 == '1'", true)]
    [InlineData("1 == ' 1 '", true)]
    [InlineData("255 == '0xff'", true)]
    [InlineData("8 == '0o10'", true)]
    [InlineData("0 == ''", true)]
    [InlineData("0 == '  '", true)]
    [InlineData("1 == 'one'", false)]
    [InlineData("1 != 'one'", true)]
    [InlineData("'ü' == 'Ü'", true)]
    [InlineData("'ς' == 'Σ' && 'ς' == 'σ'", true)]
    [InlineData("'жзий' == 'ЖЗИЙ'", true)]
    [InlineData("'ı' == 'I'", false)]
    [InlineData("'i' == 'İ'", false)]
    [InlineData("'I' < 'ı'", true)]
    [InlineData("'i' < 'İ'", true)]
    [InlineData("'a' < '['", true)]
    [InlineData("contains('xIx', 'ı')", false)]
    [InlineData("startsWith('Is', 'ı')", false)]
    [InlineData("null > ' -1 '", true)]
    [InlineData("false > '-1'", true)]
    [InlineData("NaN == NaN", false)]
    [InlineData("NaN != NaN", true)]
    [InlineData("NaN <= NaN", false)]
    [InlineData("0 == -0", true)]
    [InlineData("'10' < '9'", true)]
    [InlineData("10 < '9'", false)]
    [InlineData("2 >= '2'", true)]
    [InlineData("Infinity == 'Infinity'", true)]
    [InlineData("Infinity == 'infinity'", false)]
    [InlineData("1 == '1e0'", true)]
    [InlineData("1 == '1,000'", false)]
    [InlineData("github == github", true)]
    [InlineData("fromJSON('[]') == fromJSON('[]')", false)]
    [InlineData("github == 'Object'", false)]
    [InlineData("github == null", false)]
    [InlineData("github >= github", true)]
    [InlineData("github > 1", false)]
    public void A_comparison_is_as_on_GitHub(string expression, bool expected) =>
        Evaluate(expression, """{"github":{}}""").ShouldBe(Value.From(expected));

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("-0.0", "0")]
    [InlineData("1.0", "1")]
    [InlineData("-2.50", "-2.5")]
    [InlineData("0.84551240822557006", "0.84551240822557")]
    [InlineData("0.1", "0.1")]
    [InlineData("123456789012345", "123456789012345")]
    [InlineData("1234567890123456", "1.23456789012346E+15")]
    [InlineData("1e21", "1E+21")]
    [InlineData("0.00001", "1E-05")]
    [InlineData("0xffffffff", "4294967295")]
    [InlineData("NaN", "NaN")]
    [InlineData("-Infinity", "-Infinity")]
    [InlineData("true", "true")]
    [InlineData("null", "")]
    [InlineData("fromJSON('[1]')", "Array")]
    [InlineData("fromJSON('{}')", "Object")]
    public void A_value_turns_into_text_as_on_GitHub(string expression, string text) => Evaluate(expression).ToText().ShouldBe(text);

    [Fact]
    public void A_filter_does_not_outlive_its_expression()
    {
        var ids = Evaluate("github.event.commits.*", Contexts);

        // As GitHub: put into a context again, it is a plain array, and a property of an array is null.
        var scope = new FakeScope($$$"""{"matrix":{"ids":{{{ids.ToJson()!.ToJsonString()}}} } }""");
        Parse("matrix.ids.id").Evaluate(scope).ShouldBe(Value.Null);
        ((ArrayValue)ids).IsFiltered.ShouldBeFalse();
    }

    [Fact]
    public void Host_functions_get_their_arguments_evaluated()
    {
        var scope = new FakeScope(Contexts);

        Parse("hashFiles('a', format('{0}/**', matrix.os)) || ALWAYS()").Evaluate(scope);

        scope.Calls.ShouldBe(["hashfiles(a, linux/**)", "always()"]);
    }
}
