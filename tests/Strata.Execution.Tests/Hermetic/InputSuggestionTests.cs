using Strata.Execution.Hermetic;

namespace Strata.Execution.Tests.Hermetic;

public sealed class InputSuggestionTests
{
    [Fact]
    public void Files_that_were_read_are_named() =>
        InputSuggestion.Patterns(["b", "a/c"], []).ShouldBe(["a/c", "b"]);

    [Fact]
    public void A_directory_that_was_listed_stands_for_all_in_it() =>
        InputSuggestion.Patterns(["src/a", "src/deep/b", "other"], ["src", "src/deep"]).ShouldBe(["other", "src/**"]);

    [Fact]
    public void Many_files_of_a_directory_are_the_directory() =>
        InputSuggestion.Patterns([.. Enumerable.Range(0, 20).Select(i => $"lib/f{i}"), "lib2/x"], []).ShouldBe(["lib/**", "lib2/x"]);

    [Fact]
    public void Files_at_the_top_stay_files() =>
        InputSuggestion.Patterns([.. Enumerable.Range(0, 20).Select(i => $"f{i:00}")], []).Count.ShouldBe(20);
}
