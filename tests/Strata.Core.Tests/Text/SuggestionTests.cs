using Strata.Core.Text;

namespace Strata.Core.Tests.Text;

public class SuggestionTests
{
    private static readonly string[] Known = ["steps", "strategy", "runs-on", "needs", "if", "env", "os"];

    [Theory]
    [InlineData("step", "steps")]
    [InlineData("stpes", "steps")] // neighbours swapped
    [InlineData("Runs_On", "runs-on")]
    [InlineData("RUNS-ON", "runs-on")]
    [InlineData("stratgey", "strategy")]
    [InlineData("need", "needs")]
    [InlineData("fi", "if")]
    [InlineData("o", "os")]
    [InlineData("completely", null)]
    [InlineData("x", null)] // has nothing of any name
    [InlineData("xy", null)]
    [InlineData("", null)]
    public void The_nearest_name_is_meant_if_it_is_near(string name, string? expected) => Suggestion.Nearest(name, Known).ShouldBe(expected);

    [Fact]
    public void One_letter_is_not_taken_for_another() => Suggestion.Nearest("x", ["y", "z"]).ShouldBeNull();

    [Fact]
    public void The_nearest_of_several_wins_the_first_of_equals() => Suggestion.Nearest("cat", ["cart", "cats", "cat1", "cut", "at"]).ShouldBe("cart");

    [Fact]
    public void Long_names_are_no_typos() => Suggestion.Nearest(new string('a', 65), [new string('a', 65)]).ShouldBeNull();
}
