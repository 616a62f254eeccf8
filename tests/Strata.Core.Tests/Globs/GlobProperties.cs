using FsCheck;
using FsCheck.Fluent;
using Strata.Core.Globs;

namespace Strata.Core.Tests.Globs;

/// <summary>The automaton against a matcher that follows the definition, on small random patterns and paths.</summary>
public class GlobProperties
{
    private static readonly Config Config = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1"
        ? Config.QuickThrowOnFailure.WithMaxTest(200_000)
        : Config.QuickThrowOnFailure.WithMaxTest(5_000).WithReplay(new Replay(new Rnd(20_251), null));

    private static readonly Gen<string> Name = Concat(Gen.Elements("a", "b", ".", "ab"), 3).Where(name => name.Trim('.').Length > 0);

    private static readonly Gen<string> Path = Several(Name, 5).Select(names => string.Join('/', names));

    private static readonly Gen<string> Segment = Gen.Frequency(
        (2, Gen.Constant("**")),
        (3, Name),
        (4, Concat(Gen.Elements("a", "b", "*", "?", "[ab]", "[!a]", "."), 4).Where(segment => segment.Trim('.').Length > 0 && segment != "**")));

    private static readonly Gen<string> Pattern = Several(Segment, 5).Select(segments => string.Join('/', segments));

    private static readonly Gen<string> SignedPattern = Pattern.Zip(Gen.Elements("", "", "!"), (pattern, sign) => sign + pattern);

    [Fact]
    public void A_pattern_matches_what_its_definition_says() => Check.One(Config, Prop.ForAll(
        Pattern.Zip(Path).ToArbitrary(),
        pair => GlobPattern.Parse(pair.Item1).Pattern!.Matches(pair.Item2) == MatchesNaively(pair.Item1, pair.Item2)));

    [Fact]
    public void A_walk_never_leaves_out_a_match() => Check.One(Config, Prop.ForAll(
        Several(SignedPattern, 4).Zip(Path).ToArbitrary(),
        pair =>
        {
            var set = GlobSet.Parse(pair.Item1).Set!;
            var mayBelow = Ancestors(pair.Item2).All(directory => set.MayMatchBelow(directory));
            return !set.Matches(pair.Item2) || mayBelow;
        }));

    [Fact]
    public void Where_a_directory_is_covered_nothing_beneath_is_left_out() => Check.One(Config, Prop.ForAll(
        Several(SignedPattern, 4).Zip(Path).ToArbitrary(),
        pair =>
        {
            var set = GlobSet.Parse(pair.Item1).Set!;
            var isCovered = Ancestors(pair.Item2).Any(directory => set.CoversBelow(directory));
            return !isCovered || (set.Matches(pair.Item2) && set.Matches(pair.Item2, isDirectory: true));
        }));

    [Theory]
    [InlineData("src", true, "src/**")]
    [InlineData("src/deep", true, "src/", "!out")]
    [InlineData("src", false, "src/**", "!src/x")]
    [InlineData("src", true, "!src/x", "src/**")]
    [InlineData("src", false, "src/**", "!**/*.o")]
    [InlineData("src", false, "src/*.c")]
    public void A_directory_is_covered_if_no_later_exclusion_may_match_there(string directory, bool isCovered, params string[] patterns) =>
        GlobSet.Parse(patterns).Set!.CoversBelow(directory).ShouldBe(isCovered);

    [Fact]
    public void What_a_pattern_matches_beneath_a_directory_its_relative_ones_match_from_there() => Check.One(Config, Prop.ForAll(
        SignedPattern.Zip(Path.Zip(Path)).ToArbitrary(),
        pair =>
        {
            var pattern = GlobPattern.Parse(pair.Item1).Pattern!;
            var (directory, path) = pair.Item2;
            var beneath = pattern.Beneath(directory);
            var parsed = beneath.Select(p => GlobPattern.Parse(p.Canonical).Pattern!); // and their texts say the same
            var whole = $"{directory}/{path}";
            return beneath.All(p => p.IsExclusion == pattern.IsExclusion)
                && beneath.Any(p => p.Matches(path)) == pattern.Matches(whole)
                && parsed.Any(p => p.Matches(path)) == pattern.Matches(whole)
                && beneath.Any(p => p.Matches(path, isDirectory: true)) == pattern.Matches(whole, isDirectory: true);
        }));

    [Fact]
    public void A_match_is_at_or_below_a_search_path() => Check.One(Config, Prop.ForAll(
        Several(SignedPattern, 4).Zip(Path).ToArbitrary(),
        pair =>
        {
            var set = GlobSet.Parse(pair.Item1).Set!;
            return !set.Matches(pair.Item2) || Ancestors(pair.Item2).Append(pair.Item2).Any(set.SearchPaths.Contains);
        }));

    [Fact]
    public void Any_text_is_a_pattern_or_a_problem() => Check.One(Config, Prop.ForAll<string?, string?>((text, path) =>
    {
        var (pattern, problem) = GlobPattern.Parse(text ?? "", "/w");
        _ = pattern?.Matches(path ?? "");
        _ = pattern?.MayMatchBelow(path ?? "");
        return pattern is null != problem is null;
    }));

    private static Gen<string[]> Several(Gen<string> one, int max) => Gen.Choose(1, max).SelectMany(count => one.ArrayOf(count));

    private static Gen<string> Concat(Gen<string> part, int max) => Several(part, max).Select(string.Concat);

    private static IEnumerable<string> Ancestors(string path)
    {
        yield return "";
        for (var i = path.IndexOf('/', StringComparison.Ordinal); i >= 0; i = path.IndexOf('/', i + 1))
        {
            yield return path[..i];
        }
    }

    /// <summary>The path, or a directory above it, fits the pattern segment by segment.</summary>
    private static bool MatchesNaively(string pattern, string path) =>
        Ancestors(path).Append(path).Any(candidate => Fits(pattern.Split('/'), candidate.Split('/', StringSplitOptions.RemoveEmptyEntries)));

    private static bool Fits(ReadOnlySpan<string> pattern, ReadOnlySpan<string> names)
    {
        if (pattern.IsEmpty)
        {
            return names.IsEmpty;
        }

        if (pattern[0] == "**")
        {
            return Fits(pattern[1..], names) || (!names.IsEmpty && Fits(pattern, names[1..]));
        }

        return !names.IsEmpty && FitsName(pattern[0], names[0]) && Fits(pattern[1..], names[1..]);
    }

    private static bool FitsName(ReadOnlySpan<char> pattern, ReadOnlySpan<char> name) => pattern switch
    {
        [] => name.IsEmpty,
        ['*', ..] => FitsName(pattern[1..], name) || (!name.IsEmpty && FitsName(pattern, name[1..])),
        ['[', '!', 'a', ']', ..] => name is [not 'a', ..] && FitsName(pattern[4..], name[1..]),
        ['[', 'a', 'b', ']', ..] => name is ['a' or 'b', ..] && FitsName(pattern[4..], name[1..]),
        ['?', ..] => !name.IsEmpty && FitsName(pattern[1..], name[1..]),
        _ => !name.IsEmpty && name[0] == pattern[0] && FitsName(pattern[1..], name[1..]),
    };
}
