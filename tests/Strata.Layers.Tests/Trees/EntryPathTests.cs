using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Strata.Layers.Tar;

namespace Strata.Layers.Tests.Trees;

public class EntryPathTests
{
    [Fact]
    public void A_path_is_normal_if_normalising_it_changes_nothing() => Check.One(
        Config.QuickThrowOnFailure.WithMaxTest(20_000),
        Prop.ForAll(Gen.Elements('a', 'b', '.', '.', '/', '/', '\0').ArrayOf(8).ToArbitrary(), text => IsSameNormalised(new string(text))));

    [Theory]
    [InlineData("a", 255, 1, true)]
    [InlineData("a", 256, 1, false)]
    [InlineData("a", 1, 256, true)]
    [InlineData("a", 1, 257, false)]
    [InlineData("a", 15, 256, true)]
    [InlineData("a", 16, 256, false)]
    public void Lengths_and_depth_have_limits(string letter, int length, int depth, bool isNormal)
    {
        var path = string.Join('/', Enumerable.Repeat(string.Concat(Enumerable.Repeat(letter, length)), depth));

        EntryPath.IsNormal(Encoding.UTF8.GetBytes(path)).ShouldBe(isNormal);
        IsSameNormalised(path).ShouldBeTrue();
    }

    private static bool IsSameNormalised(string text)
    {
        var path = Encoding.UTF8.GetBytes(text);
        try
        {
            return EntryPath.IsNormal(path) == EntryPath.Normalise(path, path, "name").AsSpan().SequenceEqual(path);
        }
        catch (HostileArchiveException)
        {
            return !EntryPath.IsNormal(path);
        }
    }
}
