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
        CachePresets.All.Where(static preset => preset.IsTree).ShouldBe([tree]);
        tree.KeyOf(["it's", ""]).ShouldStartWith("node_modules-${{ hashFiles('it''s/package-lock.json', ");
        tree.KeyOf(["f"]).ShouldEndWith(", 'f/package.json', 'f/.npmrc', 'f/patches/**') }}");
    }

    /// <summary>A variable says where the tool looks and what it keeps there; one that changes what it chooses would make a run with a cache another run.</summary>
    [Theory]
    [InlineData("npm", "npm_config_cache=~/.npm")] // not prefer_offline: without a lock file it chooses older versions where they are cached
    [InlineData("yarn", "YARN_CACHE_FOLDER=~/.cache/yarn", "YARN_GLOBAL_FOLDER=~/.yarn/berry")] // classic's, berry's
    [InlineData("yarn-berry", "YARN_GLOBAL_FOLDER=~/.yarn/berry", "YARN_ENABLE_GLOBAL_CACHE=true")] // else 2 and 3 keep it in the workspace
    [InlineData("pnpm", "npm_config_store_dir=~/.local/share/pnpm/store", "npm_config_side_effects_cache=false")] // what one node built is not for another
    [InlineData("pip", "PIP_CACHE_DIR=~/.cache/pip", "PIP_NO_CACHE_DIR=")] // any value turns the cache off, 'false' too; an empty one is as none, and stands before the image's
    [InlineData("maven")] // its default; it has no variable
    [InlineData("gradle", "GRADLE_USER_HOME=~/.gradle")]
    [InlineData("go", "GOMODCACHE=~/go/pkg/mod", "GOCACHE=~/.cache/go-build")]
    [InlineData("cargo", "CARGO_HOME=~/.cargo")]
    [InlineData("nuget", "NUGET_PACKAGES=~/.nuget/packages")]
    [InlineData("ccache", "CCACHE_DIR=~/.cache/ccache", "CCACHE_COMPILERCHECK=content", "CCACHE_MAXSIZE=2G", "CCACHE_TEMPDIR=/tmp")] // times of a compiler in an image say nothing
    [InlineData("node_modules")]
    public void A_preset_sets_exactly_this(string preset, params string[] env) =>
        CachePresets.Find(preset)!.Env.Select(static variable => $"{variable.Key}={variable.Value}").ShouldBe(env, ignoreOrder: true);
}
