using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Workflows.Evaluation;
using Strata.Workflows.Expressions;

namespace Strata.Workflows.Tests.Expressions;

public class ExpressionProperties
{
    private static readonly Config Config = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1"
        ? Config.QuickThrowOnFailure.WithMaxTest(200_000)
        : Config.QuickThrowOnFailure.WithMaxTest(3_000).WithReplay(new Replay(new Rnd(20_251), null));

    private static readonly Gen<string> Soup = Texts(Gen.Elements(
        "github", "env", ".", "*", "[", "]", "(", ")", "'", "''", "'a'", "1", "-", "0x", "e5", "!", "==", "!=", "<", ">=", "&&", "||", ",", " ",
        "format", "join", "toJSON", "fromJSON", "case", "contains", "always", "hashFiles", "{0}", "null", "true", "NaN", "${{", "}}", "\n", "é", "\ud800"), 24);

    [Fact]
    public void Any_text_is_an_expression_or_a_problem() => Check.One(Config, Prop.ForAll<string?>(text => Survives(text ?? "")));

    [Fact]
    public void Any_mix_of_tokens_is_an_expression_or_a_problem() => Check.One(Config, Prop.ForAll(Soup.ToArbitrary(), Survives));

    [Fact]
    public void Random_bytes_are_a_template_or_problems() => Check.One(Config, Prop.ForAll<byte[]>(bytes =>
        Survives(Encoding.Latin1.GetString(bytes)) && Survives($"${{{{ {Encoding.UTF8.GetString(bytes)} }}}}")));

    [Fact]
    public void A_printed_tree_parses_to_the_same_tree() => Check.One(Config, Prop.ForAll(
        Gen.Sized(size => Tree(Math.Min(size / 8, 5))).ToArbitrary(),
        text =>
        {
            var printed = Print(Parser.Parse(text, null).Root!);
            return printed == Print(Parser.Parse(printed, null).Root!);
        }));

    [Fact]
    public void JSON_round_trips_through_a_value() => Check.One(Config, Prop.ForAll<string?, double>((text, number) =>
    {
        var value = new ObjectValue([new(text ?? "", new ArrayValue([Value.From(text), Value.From(number), Value.True, Value.Null]))]);
        var json = JsonText.Write(value, new TextBudget());
        return HasHalfSurrogates(text) || !(Math.Abs(number) < 1e308) || JsonText.Write(JsonConversion.Parse(json), new TextBudget()) == json;
    }));

    [Fact]
    public void Eval_answers_every_line() => Check.One(Config, Prop.ForAll(Soup.ToArbitrary(), text =>
    {
        var session = new EvalSession(_ => "");
        var answers = new[] { session.EvaluateLine(text), session.Evaluate(text, null), session.EvaluateLine($$"""{"expr":"{{text}}"}""") };
        return answers.All(answer => System.Text.Json.JsonDocument.Parse(answer).RootElement.EnumerateObject().Count() == 2);
    }));

    private static bool HasHalfSurrogates(string? text) => text is not null && text.EnumerateRunes().Any(rune => rune == Rune.ReplacementChar);

    private static bool Survives(string text)
    {
        var (expression, bareProblems) = Expression.Parse(text, null);
        var (template, problems) = Template.Parse(text, null);
        var (condition, conditionProblems) = Condition.Parse(text, null);
        foreach (var evaluate in new Func<object?>[]
        {
            () => expression?.Evaluate(new FakeScope()), () => template?.Evaluate(new FakeScope()), () => condition?.Evaluate(new FakeScope()),
        })
        {
            try
            {
                evaluate();
            }
            catch (ExpressionException)
            {
                // what may be thrown
            }
        }

        return expression is null == bareProblems.Count > 0
            && template is null == problems.Count > 0
            && condition is null == conditionProblems.Count > 0
            && bareProblems.Concat(problems).Concat(conditionProblems).All(p => p.Position >= 1 && p.Position <= text.Length + 1);
    }

    private static Gen<string> Texts(Gen<string> part, int max) =>
        Gen.Choose(1, max).SelectMany(count => part.ArrayOf(count)).Select(string.Concat);

    private static Gen<string> Tree(int depth)
    {
        var leaf = Gen.Elements("null", "true", "1", "-0.5", "0xff", "'it''s'", "''", "github", "env.A", "needs.*.x");
        if (depth == 0)
        {
            return leaf;
        }

        var inner = Tree(depth - 1);
        var pair = inner.Zip(inner);
        return Gen.OneOf(
            leaf,
            inner.Select(x => $"!({x})"),
            inner.Select(x => $"({x})"),
            inner.Select(x => $"env[{x}]"),
            pair.Select(p => $"format({p.Item1}, {p.Item2})"),
            pair.Zip(Gen.Elements("==", "!=", "<", "<=", ">", ">=", "&&", "||"), (p, o) => $"{p.Item1} {o} ({p.Item2})"));
    }

    private static string Print(Node node) => node switch
    {
        LiteralNode { Value: StringValue text } => $"'{text.Value.Replace("'", "''", StringComparison.Ordinal)}'",
        LiteralNode { Value: NullValue } => "null",
        LiteralNode literal => literal.Value.ToText(),
        ContextNode context => context.Name,
        StarNode => "*",
        IndexNode { Target: ContextNode or IndexNode } index => $"{Print(index.Target)}[{Print(index.Index)}]",
        IndexNode index => $"({Print(index.Target)})[{Print(index.Index)}]",
        NotNode not => $"!({Print(not.Operand)})",
        CallNode call => $"{call.Function.Name}({string.Join(",", call.Arguments.Select(Print))})",
        OperatorNode node2 => string.Join($" {Sign(node2.Operator)} ", node2.Operands.Select(operand => $"({Print(operand)})")),
        _ => throw new InvalidOperationException(),
    };

    private static string Sign(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Or => "||",
        BinaryOperator.And => "&&",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        _ => ">=",
    };
}
