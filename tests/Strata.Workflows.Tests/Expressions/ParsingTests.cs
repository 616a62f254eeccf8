using Strata.Workflows.Expressions;
using static Strata.Workflows.Tests.Expressions.ExpressionText;

namespace Strata.Workflows.Tests.Expressions;

public class ParsingTests
{
    [Theory]
    [InlineData("", 1)]
    [InlineData("  ", 1)]
    [InlineData("1 +", 3)]
    [InlineData("1 == ", 3)]
    [InlineData("== 1", 1)]
    [InlineData("1 2", 3)]
    [InlineData("'a' 'b'", 5)]
    [InlineData("'abc", 1)]
    [InlineData("\"abc\"", 1)]
    [InlineData("github.", 7)]
    [InlineData("github..ref", 8)]
    [InlineData("github.b@r", 8)]
    [InlineData("github.1", 8)]
    [InlineData("github['ref'", 8)]
    [InlineData("github[]", 8)]
    [InlineData("github[* == 1]", 10)]
    [InlineData("'a'.b", 4)]
    [InlineData("'a'['b']", 4)]
    [InlineData("1.2.3", 1)]
    [InlineData("0x", 1)]
    [InlineData("0xg", 1)]
    [InlineData("0o8", 1)]
    [InlineData("1-2", 1)]
    [InlineData("-", 1)]
    [InlineData(".", 1)]
    [InlineData("-github.x", 1)]
    [InlineData("(1", 2)]
    [InlineData("1)", 2)]
    [InlineData("()", 2)]
    [InlineData("(1]", 3)]
    [InlineData("1, 2", 2)]
    [InlineData("*", 1)]
    [InlineData("github.ref = 'x'", 12)]
    [InlineData("true & false", 6)]
    [InlineData("true | false", 6)]
    [InlineData("true and false", 6)]
    [InlineData("!", 1)]
    [InlineData("True", 1)]
    [InlineData("contains('a')", 1)]
    [InlineData("true && contains('a', 'b', 'c')", 9)]
    [InlineData("always(1)", 1)]
    [InlineData("contains('a',)", 14)]
    [InlineData("contains(,'a')", 10)]
    [InlineData("contains('a' 'b')", 14)]
    [InlineData("contains", 1)]
    [InlineData("github(1)", 1)]
    [InlineData("case(true, 1, false, 2)", 1)]
    [InlineData("case(true, 1)", 1)]
    [InlineData("foo.bar", 1)]
    [InlineData("1 == foo", 6)]
    [InlineData("foo()", 1)]
    [InlineData("github.${{ x }}", 8)]
    public void A_problem_says_where(string text, int position) => Problem(text).Position.ShouldBe(position);

    [Theory]
    [InlineData("githb.ref", "'githb'", "'github'")]
    [InlineData("strateg.x", "'strateg'", "'strategy'")]
    [InlineData("contain('a', 'b')", "'contain'", "'contains'")]
    [InlineData("toJson2(1)", "'toJson2'", "'toJSON'")]
    [InlineData("hashFile('x')", "'hashFile'", "'hashFiles'")]
    [InlineData("succes()", "'succes'", "'success'")]
    public void A_mistyped_name_gets_a_suggestion(string text, string named, string meant)
    {
        var problem = Problem(text);

        problem.Message.ShouldContain(named);
        problem.Help.ShouldNotBeNull().ShouldContain(meant);
    }

    [Theory]
    [InlineData("\"x\"", "single quotes")]
    [InlineData("1 = 1", "'=='")]
    [InlineData("true & true", "'&&'")]
    [InlineData("jobs.a.result", "needs.")]
    public void A_usual_mistake_gets_help(string text, string help) => Problem(text).Help.ShouldNotBeNull().ShouldContain(help);

    [Fact]
    public void A_key_says_what_it_makes_available()
    {
        var site = new ExpressionSite(new HashSet<string> { "github", "needs", "custom" }, new HashSet<string> { "always", "success" });

        Expression.Parse("GitHub.ref == needs.a.result && custom.x && always() && toJSON(needs)", site).Problems.ShouldBeEmpty();
        var secrets = Problem("1 == secrets.X", site);
        secrets.Position.ShouldBe(6);
        secrets.Message.ShouldContain("not available");
        secrets.Help.ShouldNotBeNull().ShouldContain("custom, github, needs");
        Problem("hashFiles('x')", site).Message.ShouldContain("not available");
        Problem("cancelled()", site).Help.ShouldNotBeNull().ShouldContain("if:");
        Problem("custm.x", site).Help.ShouldBe("Did you mean 'custom'?");
        Problem("secret.X", site).Help.ShouldBe("Did you mean 'secrets'?");
        Problem("jobs.x", site).Message.ShouldContain("not supported");
        Problem("custom.x").Message.ShouldContain("Unrecognized");
        Expression.Parse("jobs.x", new(new HashSet<string> { "jobs" }, new HashSet<string>())).Problems.ShouldBeEmpty();
    }

    [Fact]
    public void Every_known_name_is_known_without_a_site()
    {
        foreach (var context in "github strata env vars inputs needs strategy matrix job steps runner secrets".Split(' '))
        {
            Parse(context).Contexts.ShouldBe([context]);
        }

        Parse("success() && failure('a', 'b') || always() || cancelled() || hashFiles('a') == ''").Functions
            .ShouldBe(["success", "failure", "always", "cancelled", "hashfiles"], ignoreOrder: true);
    }

    [Fact]
    public void Depth_is_counted_in_the_tree_as_on_GitHub()
    {
        static string Nested(int calls) => string.Concat(Enumerable.Repeat("toJSON(", calls)) + "1" + new string(')', calls);

        Expression.Parse(Nested(Expression.DepthMax - 1), null).Problems.ShouldBeEmpty();
        Problem(Nested(Expression.DepthMax)).Message.ShouldContain("50 levels");
        Problem(new string('!', 50) + "1").Message.ShouldContain("50 levels");
        Problem("1" + string.Concat(Enumerable.Repeat(" == 1", 50))).Message.ShouldContain("50 levels");
        Problem("github" + string.Concat(Enumerable.Repeat(".a", 50))).Message.ShouldContain("50 levels");

        // Chains of && and || are flat, parentheses are no level.
        Parse(string.Join(" && ", Enumerable.Repeat("1", 3_000)));
        Parse(string.Join(" || ", Enumerable.Repeat("0", 3_000)));
        Parse(new string('(', 200) + "1" + new string(')', 200)).Evaluate(new FakeScope()).ToText().ShouldBe("1");
    }

    [Theory]
    [InlineData("(")]
    [InlineData("!")]
    [InlineData("[")]
    [InlineData("format(")]
    [InlineData("github[")]
    [InlineData("github.")]
    [InlineData("1==")]
    [InlineData("1&&(")]
    [InlineData("'")]
    [InlineData("''")]
    [InlineData("-")]
    public void Hostile_repetition_is_a_problem_and_no_crash(string part)
    {
        var text = string.Concat(Enumerable.Repeat(part, Expression.LengthMax / part.Length));

        Expression.Parse(text, null).Expression?.Evaluate(new FakeScope());
    }

    [Fact]
    public void Length_is_bounded_as_on_GitHub()
    {
        Parse($"'{new string('x', Expression.LengthMax - 2)}'");
        Problem($"'{new string('x', Expression.LengthMax - 1)}'").Message.ShouldContain("21001 characters");
    }

    [Theory]
    [InlineData("needs.build.outputs.x", "needs.build.outputs.x")]
    [InlineData("Needs.Build['Outputs'].X == 'y'", "needs.build.outputs.x")]
    [InlineData("steps.a.outputs[env.KEY]", "env.key|steps.a.outputs")]
    [InlineData("needs.*.result", "")]
    [InlineData("needs[matrix.job].result", "matrix.job")]
    [InlineData("github.event.commits[0].id", "github.event.commits")]
    [InlineData("github", "")]
    [InlineData("toJSON(fromJSON(inputs.list)[0].name)", "inputs.list")]
    [InlineData("(needs).a.b && needs.a.b || !vars['A.B'] && vars['A']", "needs.a.b|vars.a")]
    [InlineData("env['a'][null]", "env.a")]
    [InlineData("format('{0}', secrets.TOKEN)", "secrets.token")]
    public void Constant_paths_are_found(string text, string paths) =>
        Parse(text).Paths.Order().ShouldBe(paths.Split('|', StringSplitOptions.RemoveEmptyEntries));
}
