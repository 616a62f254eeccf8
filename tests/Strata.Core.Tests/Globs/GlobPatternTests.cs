using Strata.Core.Globs;

namespace Strata.Core.Tests.Globs;

public class GlobPatternTests
{
    private static GlobPattern Parse(string text)
    {
        var (pattern, problem) = GlobPattern.Parse(text, "/workspace");
        problem.ShouldBeNull();
        return pattern!;
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "b", false)]
    [InlineData("a", "A", false)]
    [InlineData("a", "a/b/c", true)] // beneath a directory of that name
    [InlineData("a", "ab", false)]
    [InlineData("a", "x/a", false)] // patterns start at the workspace
    [InlineData("./a", "a", true)]
    [InlineData("/workspace/a", "a", true)]
    [InlineData("/workspace", "x/y", true)]
    [InlineData(".", "x/y", true)]
    [InlineData("a//b", "a/b", true)]
    [InlineData("*", "a", true)]
    [InlineData("*", ".hidden", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("*.js", "a.js", true)]
    [InlineData("*.js", "d/a.js", false)]
    [InlineData("*.js", "d.js/a.txt", true)]
    [InlineData("**/*.js", "a.js", true)]
    [InlineData("**/*.js", "d/e/a.js", true)]
    [InlineData("**/*.js", "d/e/a.jsx", false)]
    [InlineData("**/package-lock.json", "package-lock.json", true)]
    [InlineData("**/package-lock.json", "a/.b/package-lock.json", true)]
    [InlineData("a/**", "a", true)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**", "ab/c", false)]
    [InlineData("**", "a/b", true)]
    [InlineData("**/", "a", true)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/**/b", "a/x/b", true)]
    [InlineData("a/**/b", "a/x", false)]
    [InlineData("a/**/b/**/c", "a/b/b/x/c", true)]
    [InlineData("a**b", "axyb", true)] // within a name, two stars are one
    [InlineData("a**b", "ax/yb", false)]
    [InlineData("a/*/c", "a/b/c", true)]
    [InlineData("a/*/c", "a/c", false)]
    [InlineData("a?c", "abc", true)]
    [InlineData("a?c", "ac", false)]
    [InlineData("a?c", "a/c", false)]
    [InlineData("[ab]c", "ac", true)]
    [InlineData("[ab]c", "cc", false)]
    [InlineData("[a-c]", "b", true)]
    [InlineData("[!a-c]", "b", false)]
    [InlineData("[^a-c]", "d", true)]
    [InlineData("[]x]", "]", true)]
    [InlineData("[a-]", "-", true)]
    [InlineData("[ab", "[ab", true)] // not closed: as it stands
    [InlineData("[z-a]", "m", false)]
    [InlineData(@"\*", "*", true)]
    [InlineData(@"\*", "a", false)]
    [InlineData("[*]", "*", true)]
    [InlineData(@"[\]]", "]", true)]
    [InlineData(@"a\", @"a\", true)]
    [InlineData("{a,b}", "a", false)] // no braces, as in @actions/glob
    [InlineData("{a,b}", "{a,b}", true)]
    [InlineData("+(a)", "a", false)]
    [InlineData("dist/", "dist/a", true)]
    [InlineData("dist/", "dist", false)] // a file
    [InlineData("*é?", "caféx", true)]
    [InlineData("  a b  ", "a b", true)]
    [InlineData("!a", "a", true)] // the pattern matches; the set takes away
    public void A_path_matches_or_not(string pattern, string path, bool expected) => Parse(pattern).Matches(path).ShouldBe(expected);

    [Fact]
    public void A_trailing_slash_wants_a_directory() => Parse("dist/").Matches("dist", isDirectory: true).ShouldBeTrue();

    [Theory]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("!")]
    [InlineData("..")]
    [InlineData("../x")]
    [InlineData("a/../b")]
    [InlineData("a/./b")]
    [InlineData("a/[.]./b")]
    [InlineData("/etc/passwd")]
    [InlineData("/workspace2/a")]
    [InlineData("/")]
    [InlineData("~")]
    [InlineData("~/.ssh")]
    public void What_is_no_pattern_of_the_workspace_is_a_problem(string text)
    {
        var (pattern, problem) = GlobPattern.Parse(text, "/workspace");

        pattern.ShouldBeNull();
        problem.ShouldNotBeNull().Pattern.ShouldBe(text);
    }

    [Fact]
    public void Absolute_patterns_need_a_root() => GlobPattern.Parse("/workspace/a").Problem.ShouldNotBeNull();

    [Fact]
    public void Length_and_segments_are_bounded()
    {
        GlobPattern.Parse(new string('a', GlobPattern.LengthMax + 1)).Problem.ShouldNotBeNull();
        GlobPattern.Parse(string.Join('/', Enumerable.Repeat("a", GlobPattern.SegmentsMax + 1))).Problem.ShouldNotBeNull();

        var longest = string.Join('/', Enumerable.Repeat("a", GlobPattern.SegmentsMax));
        Parse(longest).Matches(longest).ShouldBeTrue();
        Parse(longest).Matches(longest.AsSpan(0, longest.Length - 2)).ShouldBeFalse();
    }

    [Theory]
    [InlineData("!a", true)]
    [InlineData("!!a", false)]
    [InlineData("! a", true)]
    public void An_exclamation_mark_excludes(string pattern, bool excludes) => Parse(pattern).IsExclusion.ShouldBe(excludes);

    [Theory]
    [InlineData("src/a/*.js", "src/a")]
    [InlineData("src/a.js", "src/a.js")]
    [InlineData("**/x", "")]
    [InlineData("src/**", "src")]
    [InlineData("[s]rc/[ab]/x", "src")]
    [InlineData(@"\*x/y?", "*x")]
    public void The_search_path_is_what_comes_before_the_first_wildcard(string pattern, string path) => Parse(pattern).SearchPath.ShouldBe(path);

    [Theory]
    [InlineData("src/**", "src", true)]
    [InlineData("src/**", "src/a/b", true)]
    [InlineData("src/**", "node_modules", false)]
    [InlineData("src/*.js", "src", true)]
    [InlineData("src/*.js", "src/a", false)]
    [InlineData("src/*.js", "src/a.js", true)]
    [InlineData("src/a/b", "", true)]
    [InlineData("src/a/b", "src", true)]
    [InlineData("src/a/b", "src/b", false)]
    [InlineData("**/x", "any/where", true)]
    public void A_walk_leaves_out_what_cannot_match(string pattern, string directory, bool expected) =>
        Parse(pattern).MayMatchBelow(directory).ShouldBe(expected);

    [Fact]
    public void A_hostile_pattern_costs_no_more_than_path_times_pattern()
    {
        var name = new string('a', 3_000);
        Parse(string.Concat(Enumerable.Repeat("*a", 1_500)) + "*b").Matches(name).ShouldBeFalse();
        Parse(string.Concat(Enumerable.Repeat("*[ab]", 800)) + "c").Matches(name).ShouldBeFalse();

        var path = string.Join('/', Enumerable.Repeat("a", 1_500));
        Parse(string.Concat(Enumerable.Repeat("**/a/", 30)) + "b").Matches(path).ShouldBeFalse();
        Parse(string.Concat(Enumerable.Repeat("**/*a*/", 30)) + "*b*").Matches(path).ShouldBeFalse();
    }

    [Theory]
    [InlineData("a/b", "a", "./b")]
    [InlineData("a/b", "b")]
    [InlineData("a", "a", ".")]
    [InlineData("a", "a/b", ".")]
    [InlineData("*/b/", "a", "./b/")]
    [InlineData("**/c", "a/b", "./**/c", "./c")]
    [InlineData("a/**/c", "a", "./**/c", "./c")]
    [InlineData("!a/*", "a", "!./*")]
    [InlineData("a/!b", "a", "./!b")]
    [InlineData("a/[!]x]y\\*", "a", "./[!]x]y\\*")]
    [InlineData("x", "", "./x")]
    public void A_pattern_is_made_relative_to_a_directory(string pattern, string directory, params string[] expected) =>
        Parse(pattern).Beneath(directory).Select(p => p.Canonical).ShouldBe(expected);

    [Theory]
    [InlineData("a", true)]
    [InlineData("./a/b/", true)]
    [InlineData("a/[b]", true)]
    [InlineData("a/**", true)]
    [InlineData("a/*", false)]
    [InlineData("**/a", false)]
    [InlineData(".", true)]
    public void A_pattern_without_wildcards_is_a_path(string pattern, bool isPath) => Parse(pattern).IsPath.ShouldBe(isPath);
}
