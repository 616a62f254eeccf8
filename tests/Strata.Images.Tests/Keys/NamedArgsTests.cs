using Strata.Images.Keys;
using Strata.Images.Recipes;

namespace Strata.Images.Tests.Keys;

public sealed class NamedArgsTests
{
    private static readonly Dictionary<string, string> None = [];

    [Theory]
    [InlineData("npm install pnpm@$PNPM", true)]
    [InlineData("npm install pnpm@${PNPM}", true)]
    [InlineData("echo ${PNPM:-9}", true)]
    [InlineData("env PNPM", true)]
    [InlineData("PNPM", true)]
    [InlineData("echo $PNPMX; echo $PNPM", true)]
    [InlineData("echo \"$PNPM\"é", true)]
    [InlineData("éPNPM", true)]
    [InlineData("echo $PNPM_VERSION", false)]
    [InlineData("echo $XPNPM", false)]
    [InlineData("echo $_PNPM", false)]
    [InlineData("echo PNPM9", false)]
    [InlineData("echo $pnpm", false)]
    [InlineData("", false)]
    public void An_arg_is_named_by_a_word_of_the_command(string command, bool isNamed)
    {
        NamedArgs.Of(Run(command, None), new Dictionary<string, string> { ["PNPM"] = "9" }).ContainsKey("PNPM").ShouldBe(isNamed);
    }

    [Fact]
    public void Those_of_the_step_are_all_named_and_count_before_defaults()
    {
        var named = NamedArgs.Of(Run("echo $A", new() { ["A"] = "step", ["B"] = "step" }), new Dictionary<string, string> { ["A"] = "image", ["C"] = "image", [""] = "none" });
        named.ShouldBe(new Dictionary<string, string> { ["A"] = "step", ["B"] = "step" }, ignoreOrder: true);
    }

    private static RecipeStep.Run Run(string command, Dictionary<string, string> args) => new(command, null, None, args, [], true, new("f", 1, 1));
}
