using Strata.Execution.Actions;

namespace Strata.Execution.Tests.Actions;

public sealed class ArtifactNamePatternTests
{
    [Theory]
    [InlineData("part-*", "part-a part-b")]
    [InlineData("part-?", "part-a part-b")]
    [InlineData("part-[a]", "part-a")]
    [InlineData("part-[!a]", "part-b")]
    [InlineData("{part-a,other}", "part-a other")]
    [InlineData("{part-{a,b},o*}", "part-a part-b other")]
    [InlineData("{part,x}-{b,c}", "part-b")]
    [InlineData("!part-*", "other {x} !x")]
    [InlineData("!!part-*", "part-a part-b")]
    [InlineData("!{part-*,other}", "{x} !x")]
    [InlineData("{x}", "{x}")]
    [InlineData("\\{x\\}", "{x}")]
    [InlineData("\\!x", "!x")]
    [InlineData("{!x,other}", "other !x")] // only at the very beginning is it a negation
    [InlineData("*", "part-a part-b other {x} !x")]
    [InlineData("**", "part-a part-b other {x} !x")]
    [InlineData("PART-*", "")]
    [InlineData("{part-a,other", "")]
    [InlineData("~/x", "")]
    [InlineData("/part-a", "")]
    public void A_pattern_selects_names_as_minimatch_does(string text, string expected)
    {
        var (pattern, problem) = ArtifactNamePattern.Parse(text);
        problem.ShouldBeNull();
        string.Join(' ', ((string[])["part-a", "part-b", "other", "{x}", "!x"]).Where(pattern!.Matches)).ShouldBe(expected);
    }

    [Theory]
    [InlineData("@(a|b)", "write {a,b}")]
    [InlineData("part-+(a)", "write {a,b}")]
    [InlineData("part-{1..3}", "write {1,2,3}")]
    [InlineData("!", "empty")]
    [InlineData("{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}{a,b}", "more than 1000")]
    public void What_it_cannot_mean_here_is_said(string text, string why)
    {
        var (pattern, problem) = ArtifactNamePattern.Parse(text);
        pattern.ShouldBeNull();
        problem.ShouldNotBeNull().ShouldContain(why);
    }

    [Fact]
    public void Braces_in_braces_do_not_keep_it_busy()
    {
        ArtifactNamePattern.Parse(new string('{', 4000)).Pattern.ShouldNotBeNull();
        ArtifactNamePattern.Parse(new string('{', 2000) + "a,b" + new string('}', 2000)).Pattern.ShouldNotBeNull();
        ArtifactNamePattern.Parse(new string('x', 5000)).Problem.ShouldNotBeNull();
    }
}
