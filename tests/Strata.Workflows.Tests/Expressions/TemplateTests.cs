using Strata.Workflows.Expressions;

namespace Strata.Workflows.Tests.Expressions;

public class TemplateTests
{
    private static Template Parse(string text)
    {
        var (template, problems) = Template.Parse(text, null);
        problems.ShouldBeEmpty();
        return template!;
    }

    private static readonly FakeScope Scope = new("""{"env":{"A":"x","N":1.50,"L":[1]}}""");

    [Theory]
    [InlineData("", "")]
    [InlineData("plain $ { } {{ }} $", "plain $ { } {{ }} $")]
    [InlineData("a ${{ env.A }} b", "a x b")]
    [InlineData("${{env.A}}${{ env.N }}", "x1.5")]
    [InlineData("${{ '}}' }}", "}}")]
    [InlineData("${{ 'it''s }}' }} ", "it's }} ")]
    [InlineData("${{ '${{' }} x", "${{ x")]
    [InlineData("${{ env.A }}}}", "x}}")]
    [InlineData("$${{ env.A }}", "$x")]
    [InlineData("${{ env.L }}/${{ null }}/${{ true }}", "Array//true")]
    [InlineData("${{ env.absent }}", "")]
    public void Parts_are_put_together(string text, string expected) => Parse(text).EvaluateText(Scope).ShouldBe(expected);

    [Theory]
    [InlineData("${{ env.N }}", ValueKind.Number)]
    [InlineData("${{ env.L }}", ValueKind.Array)]
    [InlineData("${{ env.N == 1.5 }}", ValueKind.Boolean)]
    [InlineData("${{ env.absent }}", ValueKind.Null)]
    [InlineData("${{ env.N }} ", ValueKind.String)]
    [InlineData("1", ValueKind.String)]
    [InlineData("", ValueKind.String)]
    public void One_expression_alone_keeps_its_kind(string text, ValueKind kind) => Parse(text).Evaluate(Scope).Kind.ShouldBe(kind);

    [Fact]
    public void A_literal_is_not_looked_into()
    {
        Template.Literal("${{ nothing").EvaluateText(Scope).ShouldBe("${{ nothing");
        Template.Literal("x").IsLiteral.ShouldBeTrue();
        Parse("x").IsLiteral.ShouldBeTrue();
        Parse("${{ env.A }}").IsLiteral.ShouldBeFalse();
        Parse("a ${{ env.A }} ${{ env.B }}").Expressions.Select(expression => expression.Text).ShouldBe([" env.A ", " env.B "]);
    }

    [Fact]
    public void All_problems_are_told_with_their_place_in_the_text()
    {
        var (template, problems) = Template.Parse("a ${{ foo }} ${{ env.A }} ${{ }} ${{ bar() }} ${{ 'open }}", null);

        template.ShouldBeNull();
        problems.Select(problem => problem.Position).ShouldBe([7, 30, 38, 47]);
    }

    [Theory]
    [InlineData("${{", 1)]
    [InlineData("a ${{ env.A }", 3)]
    [InlineData("${{ '}}", 1)]
    [InlineData("${{}}", 4)]
    public void What_is_not_closed_or_empty_is_a_problem(string text, int position) =>
        Template.Parse(text, null).Problems.ShouldHaveSingleItem().Position.ShouldBe(position);

    [Fact]
    public void A_text_may_not_grow_without_bound()
    {
        var scope = new FakeScope($$$"""{"env":{"A":"{{{new string('x', 1 << 20)}}}"}}""");

        Should.Throw<ExpressionException>(() => Parse(string.Concat(Enumerable.Repeat("${{ env.A }}", 6))).EvaluateText(scope));
    }
}
