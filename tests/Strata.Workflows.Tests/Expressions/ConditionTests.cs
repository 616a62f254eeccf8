using Strata.Workflows.Expressions;

namespace Strata.Workflows.Tests.Expressions;

public class ConditionTests
{
    private static Condition Parse(string text)
    {
        var (condition, problems) = Condition.Parse(text, null);
        problems.ShouldBeEmpty();
        return condition!;
    }

    private static FakeScope AfterSuccess() => new("""{"env":{"A":"x"}}""");

    private static FakeScope AfterFailure() => new("""{"env":{"A":"x"}}""") { OnCall = name => Value.From(name is "failure" or "always") };

    [Theory]
    [InlineData("", true, false)]
    [InlineData("  ", true, false)]
    [InlineData("true", true, false)]
    [InlineData("env.A == 'X'", true, false)]
    [InlineData("${{ env.A == 'X' }}", true, false)]
    [InlineData("env.B", false, false)]
    [InlineData("always()", true, true)]
    [InlineData("${{ always() }}", true, true)]
    [InlineData("failure()", false, true)]
    [InlineData("!success()", false, true)]
    [InlineData("env.B && always()", false, false)]
    [InlineData("!cancelled()", true, true)]
    [InlineData("ALWAYS() || env.B", true, true)]
    [InlineData("contains('always()', 'x')", false, false)]
    [InlineData("'always()'", true, false)]
    [InlineData("!env.A ", false, false)]
    [InlineData("${{ false }} ", true, false)] // text, so true
    [InlineData("${{ env.A }} == 'y'", true, false)]
    [InlineData("${{ failure() }} && x", true, true)]
    [InlineData("${{ '' }}${{ '' }}", false, false)]
    [InlineData("startsWith('${{', '$')", true, false, true)]
    public void A_condition_holds_or_not(string text, bool afterSuccess, bool afterFailure, bool isProblem = false)
    {
        if (isProblem)
        {
            Condition.Parse(text, null).Problems.ShouldNotBeEmpty(); // as on GitHub: ${{ is looked for first
            return;
        }

        Parse(text).Evaluate(AfterSuccess()).ShouldBe(afterSuccess);
        Parse(text).Evaluate(AfterFailure()).ShouldBe(afterFailure);
    }

    [Theory]
    [InlineData("${{ false }} ", true)]
    [InlineData("${{ a }} && b", true)]
    [InlineData("${{ env.A }}\n", true)]
    [InlineData("${{ env.A }}", false)]
    [InlineData("env.A", false)]
    [InlineData("", false)]
    public void Text_around_an_expression_is_noticed(string text, bool expected)
    {
        var site = new ExpressionSite(new HashSet<string> { "a", "env" }, new HashSet<string>());
        Condition.Parse(text, site).Condition.ShouldNotBeNull().IsAlwaysTrueText.ShouldBe(expected);
    }

    [Fact]
    public void Success_is_what_an_absent_condition_means()
    {
        Condition.Success.Evaluate(AfterSuccess()).ShouldBeTrue();
        Condition.Success.Evaluate(AfterFailure()).ShouldBeFalse();
    }

    [Fact]
    public void The_condition_is_not_looked_at_after_a_failure()
    {
        var scope = AfterFailure();

        Parse("fromJSON('bad')").Evaluate(scope).ShouldBeFalse();

        scope.Calls.ShouldBe(["success()"]);
    }

    [Fact]
    public void Problems_are_placed_in_the_condition()
    {
        Condition.Parse("env.A && foo", null).Problems.ShouldHaveSingleItem().Position.ShouldBe(10);
        Condition.Parse("${{ foo }} ${{ bar }}", null).Problems.Select(problem => problem.Position).ShouldBe([5, 16]);
    }
}
