using Strata.Caching.Keys;

namespace Strata.Caching.Tests.Keys;

public sealed class CacheKeyTests
{
    [Fact]
    public void A_key_is_text_of_limited_length_without_what_separates_keys()
    {
        CacheKey.Check("").ShouldBe(CacheKeyProblem.Empty);
        CacheKey.Check(new string('a', 513)).ShouldBe(CacheKeyProblem.TooLong);
        CacheKey.Check(string.Concat(Enumerable.Repeat("😀", 513))).ShouldBe(CacheKeyProblem.TooLong);
        CacheKey.Check("a,b").ShouldBe(CacheKeyProblem.Comma);
        foreach (var character in "\0\r\n")
        {
            CacheKey.Check($"a{character}").ShouldBe(CacheKeyProblem.LineBreak);
        }

        foreach (var half in (string[])["a\ud800", "\udc00a", "\ud800\ud800", "\udc00\ud800"])
        {
            CacheKey.Check(half).ShouldBe(CacheKeyProblem.HalfCharacter);
        }

        foreach (var key in (string[])["a", new string('a', 512), string.Concat(Enumerable.Repeat("😀", 512)), "../../etc/passwd", "/a/./b/", "a b\tc", "100%_*?[]", "😀 ü e\u0301", "\u202e", "refs/heads/main", "'; --", "{}"])
        {
            CacheKey.Check(key).ShouldBeNull(key);
        }
    }

    [Fact]
    public void A_rolling_key_is_its_runs_own_and_found_by_its_prefix()
    {
        string[] keys = [CacheKey.Rolling("k", "run-1", "build", 1), CacheKey.Rolling("k", "run-1", "build", 2), CacheKey.Rolling("k", "run-1", "test", 1), CacheKey.Rolling("k", "run-2", "build", 1)];
        keys.ShouldBeUnique();
        keys.ShouldAllBe(key => key.StartsWith(CacheKey.RollingPrefix("k"), StringComparison.Ordinal) && CacheKey.Check(key) == null);
        keys.ShouldAllBe(key => !key.StartsWith(CacheKey.RollingPrefix("k-"), StringComparison.Ordinal));
        Should.Throw<ArgumentException>(() => CacheKey.Rolling(new string('a', 512), "run-1", "build", 1));
    }

    [Fact]
    public void A_rolling_key_leaves_room_for_its_run_and_who_checks_it_is_told()
    {
        var longest = new string('a', CacheKey.RollingLengthMax);
        CacheKey.Check(longest, isRolling: true).ShouldBeNull();
        CacheKey.Check(CacheKey.Rolling(longest, "20261121-055012-6f3a1c", "build", 99)).ShouldBeNull();
        CacheKey.Check(longest + "a", isRolling: true).ShouldBe(CacheKeyProblem.TooLongToRoll);
        CacheKey.Check(longest + "a").ShouldBeNull();
    }

    [Fact]
    public void The_range_of_a_prefix_holds_all_that_begins_so_and_nothing_else()
    {
        string[] texts =
        [
            "", "a", "aa", "ab", "a\u007f", "b", "z", "é", "e\u0301", "\ud7ff", "\ud7ffx", "\ue000", "\uffff", "\uffffx", "\U00010000", "\U0010ffff", "\U0010ffff\U0010ffff", "\U0010ffffa",
            "a\U0010ffff", "a\U0010ffff\U0010ffff", "a\U0010ffffb", "😀", "😀!", "😁",
        ];
        foreach (var prefix in texts)
        {
            var range = KeyRange.Of(prefix);
            foreach (var text in texts)
            {
                var within = Utf8Order(text, range.From) >= 0 && Utf8Order(text, range.Before) < 0;
                within.ShouldBe(text.StartsWith(prefix, StringComparison.Ordinal), $"'{text}' of '{prefix}'");
            }
        }
    }

    private static int Utf8Order(string one, string other) => System.Text.Encoding.UTF8.GetBytes(one).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(other));
}
