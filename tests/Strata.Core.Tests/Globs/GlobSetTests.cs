using Strata.Core.Globs;

namespace Strata.Core.Tests.Globs;

public class GlobSetTests
{
    private static GlobSet Parse(params string[] patterns)
    {
        var (set, problems) = GlobSet.Parse(patterns);
        problems.ShouldBeEmpty();
        return set!;
    }

    [Fact]
    public void The_last_pattern_that_matches_decides()
    {
        var set = Parse("**", "!docs", "docs/keep/*.md", "!**/*.tmp");

        set.Matches("a/b").ShouldBeTrue();
        set.Matches("docs/a.md").ShouldBeFalse();
        set.Matches("docs/keep/a.md").ShouldBeTrue();
        set.Matches("docs/keep/a.tmp").ShouldBeFalse();
    }

    [Fact]
    public void Exclusions_alone_match_nothing()
    {
        Parse("!a").Matches("b").ShouldBeFalse();
        Parse("!a").MayMatchBelow("").ShouldBeFalse();
        Parse().Matches("b").ShouldBeFalse();
    }

    [Fact]
    public void Lines_are_patterns_of_their_own_and_comments_are_none()
    {
        var set = Parse("# all\n a/** \r\n\n  #c\n!a/b", @"\#c");

        set.Patterns.Select(pattern => pattern.Text).ShouldBe(["a/**", "!a/b", @"\#c"]);
        set.Matches("#c").ShouldBeTrue();
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var (set, problems) = GlobSet.Parse(["a", "../b\n/c", "d"]);

        set.ShouldBeNull();
        problems.Select(problem => problem.Pattern).ShouldBe(["../b", "/c"]);
    }

    [Fact]
    public void The_number_of_patterns_is_bounded() =>
        GlobSet.Parse(Enumerable.Repeat("a", GlobSet.PatternsMax + 5)).Problems.Count.ShouldBe(1);

    [Fact]
    public void A_walk_leaves_out_what_is_excluded_unless_a_later_pattern_wants_some_of_it()
    {
        var set = Parse("**", "!node_modules", "!target", "target/keep/**");

        set.MayMatchBelow("src").ShouldBeTrue();
        set.MayMatchBelow("node_modules").ShouldBeFalse();
        set.MayMatchBelow("node_modules/deep").ShouldBeFalse();
        set.MayMatchBelow("target").ShouldBeTrue();
        set.MayMatchBelow("target/drop").ShouldBeFalse();
    }

    [Theory]
    [InlineData(new[] { "foo/*", "bar/*" }, new[] { "foo", "bar" })]
    [InlineData(new[] { "foo/bar/*", "foo/*" }, new[] { "foo" })]
    [InlineData(new[] { "foo/*", "foo/x", "foobar" }, new[] { "foo", "foobar" })]
    [InlineData(new[] { "foo", "**/x" }, new[] { "" })]
    [InlineData(new[] { "!foo", "b" }, new[] { "b" })]
    [InlineData(new string[0], new string[0])]
    public void Search_paths_are_in_pattern_order_and_none_is_beneath_another(string[] patterns, string[] paths) =>
        Parse(patterns).SearchPaths.ShouldBe(paths);

    [Fact]
    public void Files_are_selected_in_the_order_of_a_walk()
    {
        var set = Parse("z/**", "a/*", "!a/skip");
        string[] files = ["a/x", "a.txt", "a/skip", "z/b.txt", "z/b/c", "z/B", "a/X", "z/b-c/d", "q"];

        set.Select(files).ShouldBe(["z/B", "z/b/c", "z/b-c/d", "z/b.txt", "a/X", "a/x"]);
    }

    [Fact]
    public void Names_are_in_the_order_of_their_bytes()
    {
        string[] sorted = ["", "a", "a/a", "a/b/c", "a b", "a-b", "a.b", "aa", "é", "\uFFFD", "😀", "😁"];

        var shuffled = sorted.Reverse().ToList();
        shuffled.Sort((left, right) => GlobOrder.Compare(left, right));

        shuffled.ShouldBe(sorted);
    }
}
