using Shouldly;
using Strata.Core.Text;

namespace Strata.Core.Tests.Text;

public sealed class ShownTextTests
{
    [Theory]
    [InlineData("make all", "make all")]
    [InlineData("a\nb\tc", "a\\nb\\tc")]
    [InlineData("\u001b[2J", "\\u001b[2J")]
    [InlineData("\u202egnp.exe", "\\u202egnp.exe")]
    [InlineData("größe ✓", "größe ✓")]
    public void Is_on_one_line_and_moves_no_cursor(string text, string shown) => ShownText.Of(text, 20).ShouldBe(shown);

    [Fact]
    public void Marks_where_it_was_cut() => ShownText.Of("abcdef", 3).ShouldBe("abc…");
}
