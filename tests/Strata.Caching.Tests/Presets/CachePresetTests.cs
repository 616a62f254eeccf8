using Strata.Caching.Presets;

namespace Strata.Caching.Tests.Presets;

public sealed class CachePresetTests
{
    [Fact]
    public void All_presets_are_there_and_whole()
    {
        CachePresets.All.Select(preset => preset.Name)
            .ShouldBe(["npm", "yarn", "yarn-berry", "pnpm", "pip", "maven", "gradle", "go", "cargo", "nuget", "ccache", "node_modules"], ignoreOrder: true);
        foreach (var preset in CachePresets.All)
        {
            preset.Paths.ShouldNotBeEmpty(preset.Name);
            preset.Paths.ShouldAllBe(path => path.StartsWith("~/", StringComparison.Ordinal) || path == "node_modules");
            preset.Vary.ShouldHaveSingleItem().ShouldBeOneOf("platform", "image");
            preset.About.ShouldNotBeEmpty();
            preset.Key.ShouldStartWith($"{preset.Name}-${{{{ ");
            preset.Env.Values.Where(value => value.StartsWith("~/", StringComparison.Ordinal)).ShouldAllBe(
                value => preset.Paths.Any(path => path.StartsWith(value, StringComparison.Ordinal)), preset.Name);
        }

        CachePresets.Find("nope").ShouldBeNull();
    }

    [Fact]
    public void The_key_is_of_the_lock_files_and_restores_what_begins_like_it()
    {
        var npm = CachePresets.Find("npm")!;
        npm.Key.ShouldBe("npm-${{ hashFiles('**/package-lock.json', '**/npm-shrinkwrap.json') }}");
        npm.RestoreKeys.ShouldBe(["npm-"]);
        CachePresets.Find("ccache")!.Rolling.ShouldBeTrue();
    }

    [Fact]
    public void What_was_installed_for_an_image_is_not_for_another_and_never_nearly_right()
    {
        var tree = CachePresets.Find("node_modules")!;
        (tree.Vary[0], tree.RestoreKeys.Count).ShouldBe(("image", 0));
    }
}
