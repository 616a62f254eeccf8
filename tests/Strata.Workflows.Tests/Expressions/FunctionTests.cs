using Strata.Workflows.Expressions;
using static Strata.Workflows.Tests.Expressions.ExpressionText;

namespace Strata.Workflows.Tests.Expressions;

public class FunctionTests
{
    [Theory]
    [InlineData("contains('Hello world', 'LLO')", true)]
    [InlineData("contains('Hello', '')", true)]
    [InlineData("contains('Hello', 'x')", false)]
    [InlineData("contains(123, 2)", true)]
    [InlineData("contains(null, '')", true)]
    [InlineData("contains(fromJSON('[\"push\",\"Pull\"]'), 'pull')", true)]
    [InlineData("contains(fromJSON('[1,2]'), '2')", true)]
    [InlineData("contains(fromJSON('[1,2]'), 'x')", false)]
    [InlineData("contains(fromJSON('[\"push\"]'), 'pus')", false)]
    [InlineData("contains(fromJSON('[\"\"]'), null)", true)]
    [InlineData("contains(fromJSON('{\"a\":1}'), 1)", false)]
    [InlineData("contains('[]', fromJSON('[]'))", false)]
    [InlineData("startsWith('Hello world', 'he')", true)]
    [InlineData("startsWith('Hello', 'hello world')", false)]
    [InlineData("startsWith(fromJSON('[1]'), 'A')", false)]
    [InlineData("startsWith(123, 12)", true)]
    [InlineData("endsWith('Hello world', 'LD')", true)]
    [InlineData("endsWith('', 'a')", false)]
    [InlineData("endsWith('Object', fromJSON('{}'))", false)]
    [InlineData("startsWith('straße', 'STRASSE')", false)]
    public void Searching_ignores_case_and_coerces(string expression, bool expected) => Evaluate(expression).ShouldBe(Value.From(expected));

    [Theory]
    [InlineData("format('Hello {0} {1} {0}', 'a', 'b')", "Hello a b a")]
    [InlineData("format('{{Hello {0}!}}', 'Octocat')", "{Hello Octocat!}")]
    [InlineData("format('{{{{0}}}}', 'abc')", "{{0}}")]
    [InlineData("format('{{{0}}}', 'abc')", "{abc}")]
    [InlineData("format('}}{{}}', 'abc')", "}{}")]
    [InlineData("format(null)", "")]
    [InlineData("format('', 'x')", "")]
    [InlineData("format('{0}', null)", "")]
    [InlineData("format('{0}{1}{2}', true, 1.50, fromJSON('[]'))", "true1.5Array")]
    [InlineData("format('{000}', 'a')", "a")]
    [InlineData("format('x', fromJSON('not read'))", "x")]
    [InlineData("format('{10}', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 'ten')", "ten")]
    [InlineData("join(fromJSON('[1,null,true,\"x\"]'))", "1,,true,x")]
    [InlineData("join(fromJSON('[1,2]'), ', ')", "1, 2")]
    [InlineData("join(fromJSON('[\"\",\"\"]'), '-')", "-")]
    [InlineData("join(fromJSON('[1,2]'), fromJSON('[]'))", "1,2")]
    [InlineData("join(fromJSON('[1,2]'), null)", "12")]
    [InlineData("join(fromJSON('[]'), 'x')", "")]
    [InlineData("join('text', 'x')", "text")]
    [InlineData("join(7)", "7")]
    [InlineData("join(fromJSON('{\"a\":1}'))", "")]
    [InlineData("join(fromJSON('[[1],{}]'))", "Array,Object")]
    public void Text_is_put_together_as_on_GitHub(string expression, string text) => Evaluate(expression).ToText().ShouldBe(text);

    [Theory]
    [InlineData("format('{0')")]
    [InlineData("format('{0', '')")]
    [InlineData("format('{0}}', '')")]
    [InlineData("format('0}')")]
    [InlineData("format('{{0}')")]
    [InlineData("format('}{0}', '')")]
    [InlineData("format('{0}{', '')")]
    [InlineData("format('{}', '')")]
    [InlineData("format('{-1}', '')")]
    [InlineData("format('{a}', '')")]
    [InlineData("format('{0:x}', 1)")]
    [InlineData("format('{0}')")]
    [InlineData("format('{1}', 'a')")]
    [InlineData("format('{256}', 'a')")]
    [InlineData("format('{99999999999}', 'a')")]
    public void A_bad_format_text_is_an_error(string expression) => Should.Throw<ExpressionException>(() => Evaluate(expression));

    [Theory]
    [InlineData("toJSON(null)", "null")]
    [InlineData("toJSON(true)", "true")]
    [InlineData("toJSON(-0)", "0")]
    [InlineData("toJSON(1234.5)", "1234.5")]
    [InlineData("toJSON('')", "\"\"")]
    [InlineData("toJSON('abc''d\"e\\f/<&>')", "\"abc'd\\\"e\\\\f/<&>\"")]
    [InlineData("toJSON(fromJSON('\"\\n\\r\\t\\b\\f\\u0001\\u001f\\u2028é\"'))", "\"\\n\\r\\t\\b\\f\\u0001\\u001f\\u2028é\"")]
    [InlineData("toJSON(fromJSON('[]'))", "[]")]
    [InlineData("toJSON(fromJSON('{}'))", "{}")]
    [InlineData("toJSON(fromJSON('[1,[],{\"a\":[2,null]},\"x\"]'))", "[\n  1,\n  [],\n  {\n    \"a\": [\n      2,\n      null\n    ]\n  },\n  \"x\"\n]")]
    [InlineData("toJSON(fromJSON('{\"b\":1,\"A\":{\"c\":{}},\"a\":2}'))", "{\n  \"b\": 1,\n  \"A\": {\n    \"c\": {}\n  },\n  \"a\": 2\n}")]
    public void ToJSON_writes_what_GitHub_writes(string expression, string json) => Evaluate(expression).ToText().ShouldBe(json);

    [Theory]
    [InlineData("fromJSON('null')", "null")]
    [InlineData("fromJSON(' true ')", "true")]
    [InlineData("fromJSON('-0.5e1')", "-5")]
    [InlineData("fromJSON(true)", "true")]
    [InlineData("fromJSON(12)", "12")]
    [InlineData("fromJSON('{\"z\":1,\"a\":2,\"m\":[3]}')", """{"z":1,"a":2,"m":[3]}""")]
    [InlineData("fromJSON('{\"a\":1,\"b\":2,\"a\":3}')", """{"a":3,"b":2}""")]
    [InlineData("fromJSON('{\"a\":1,\"A\":2}').A", "2")]
    [InlineData("fromJSON('{\"a\":1,\"A\":2}').a", "1")]
    public void FromJSON_keeps_order_and_numbers(string expression, string json) => EvaluateJson(expression).ShouldBe(json);

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("{")]
    [InlineData("[1,]")]
    [InlineData("{}x")]
    [InlineData("1 2")]
    [InlineData("''")]
    [InlineData("nul")]
    [InlineData("\"\\ud800\"")]
    public void FromJSON_of_something_else_is_an_error(string json) =>
        Should.Throw<ExpressionException>(() => Evaluate($"fromJSON('{json.Replace("'", "''", StringComparison.Ordinal)}')"));

    [Fact]
    public void FromJSON_bounds_nesting() =>
        Should.Throw<ExpressionException>(() => Evaluate($"fromJSON('{new string('[', 10_000)}')"));

    [Theory]
    [InlineData("case(true, 'first', 'default')", "\"first\"")]
    [InlineData("case(false, 'first', 'default')", "\"default\"")]
    [InlineData("case(false, 1, 1 == 1, 2, true, 3, 4)", "2")]
    [InlineData("case(true, 1, 'not looked at', 2, 3)", "1")]
    [InlineData("case(false, fromJSON('not read'), 3)", "3")]
    [InlineData("case(true, fromJSON('[1]'), 'x')", "[1]")]
    public void Case_gives_the_first_value_whose_condition_holds(string expression, string json) => EvaluateJson(expression).ShouldBe(json);

    [Theory]
    [InlineData("case('true', 1, 2)")]
    [InlineData("case(1, 1, 2)")]
    [InlineData("case(null, 1, 2)")]
    [InlineData("case(fromJSON('[]'), 1, 2)")]
    public void Cases_conditions_must_be_booleans(string expression) =>
        Should.Throw<ExpressionException>(() => Evaluate(expression)).Message.ShouldContain("'case'");

    [Fact]
    public void A_result_may_not_grow_without_bound()
    {
        var text = "'0123456789'";
        for (var i = 0; i < 10; i++)
        {
            text = $"format('{{0}}{{0}}{{0}}{{0}}{{0}}{{0}}{{0}}{{0}}', {text})"; // 8^10 × 10 characters
        }

        Should.Throw<ExpressionException>(() => Evaluate(text)).Message.ShouldContain("10 MiB");
        var json = $"[{string.Join(",", Enumerable.Repeat("1", 5000))}]";
        Should.Throw<ExpressionException>(() => Evaluate($"join(fromJSON('{json}'), '{new string('x', 3000)}')"));
        Should.Throw<ExpressionException>(() => Evaluate(
            $"toJSON(fromJSON(format('[{string.Concat(Enumerable.Repeat("{0},", 4000))}0]', '\"{new string('x', 2000)}\"')))"));
    }
}
