using Strata.Caching.Presets;
using Strata.Execution.Caches;

namespace Strata.Execution.Tests.Caches;

public sealed class PresetEnvTests
{
    [Theory]
    [InlineData("pip", "pipcache", "PIP_CACHE_DIR=/workspace/pipcache PIP_NO_CACHE_DIR=", "")]
    [InlineData("pip", "./a/../pipcache/", "PIP_CACHE_DIR=/workspace/pipcache PIP_NO_CACHE_DIR=", "")]
    [InlineData("npm", "~/n", "npm_config_cache=~/n", "")]
    [InlineData("npm", "~/.npm/_cacache other", "npm_config_cache=~/.npm", "")] // part of it, and more: it is where it was
    [InlineData("npm", "/root", "npm_config_cache=~/.npm", "")]
    [InlineData("npm", "a b", "", "npm_config_cache")]
    [InlineData("npm", "'**/n'", "", "npm_config_cache")]
    [InlineData("go", "mod build", "GOCACHE=/workspace/build GOMODCACHE=/workspace/mod", "")]
    [InlineData("go", "~/.cache/go-build mod", "GOCACHE=~/.cache/go-build GOMODCACHE=/workspace/mod", "")]
    [InlineData("go", "one", "", "GOCACHE GOMODCACHE")]
    [InlineData("cargo", "ch", "CARGO_HOME=/workspace/ch", "")]
    [InlineData("cargo", "ch/registry/index ch/registry/cache ch/git/db", "CARGO_HOME=/workspace/ch", "")]
    [InlineData("cargo", "ch/registry/index elsewhere/registry/cache ch/git/db", "", "CARGO_HOME")]
    [InlineData("cargo", "~/.cargo/registry/index", "CARGO_HOME=~/.cargo", "")]
    [InlineData("gradle", "g/caches g/wrapper", "GRADLE_USER_HOME=/workspace/g", "")]
    [InlineData("gradle", "g/caches g/other", "", "GRADLE_USER_HOME")]
    [InlineData("yarn-berry", "yc/cache", "YARN_ENABLE_GLOBAL_CACHE=true YARN_GLOBAL_FOLDER=/workspace/yc", "")]
    [InlineData("ccache", "cc", "CCACHE_COMPILERCHECK=content CCACHE_DIR=/workspace/cc CCACHE_MAXSIZE=2G CCACHE_TEMPDIR=/tmp", "")]
    [InlineData("maven", "m2", "", "")]
    public void A_variable_leads_to_the_path_that_stands_for_the_presets(string preset, string paths, string env, string unclear)
    {
        var (set, without) = PresetEnv.Of(CachePresets.Find(preset)!, paths.Replace("'", "", StringComparison.Ordinal).Split(' '), "/root");

        string.Join(' ', set.Select(static variable => $"{variable.Key}={variable.Value}").Order(StringComparer.Ordinal)).ShouldBe(env);
        string.Join(' ', without.Order(StringComparer.Ordinal)).ShouldBe(unclear);
    }

    [Theory]
    [InlineData("node_modules", "|")]
    [InlineData("packages/a/node_modules/", "packages/a|packages|")]
    [InlineData("/workspace/x/../f/node_modules", "f|")]
    [InlineData("packages/*/node_modules", "packages/*|packages|")]
    public void Lock_files_of_a_tree_are_beside_it_and_above(string path, string directories) =>
        TreeLocks.DirectoriesOf(path, "/root").ShouldBe(directories == "|" ? [""] : directories.Split('|'));

    [Fact]
    public void Outside_the_workspace_there_are_none() => TreeLocks.DirectoriesOf("~/node_modules", "/root").ShouldBeEmpty();

    [Theory]
    [InlineData("~/e b")]
    [InlineData("b/ /root/e")]
    [InlineData("./b ~/./x/../e b")]
    [InlineData("/workspace/b ~/e/")]
    public void A_cache_without_a_name_has_that_of_its_paths_however_they_are_written(string paths) => CachePathNames.Of(paths.Split(' '), "/root").ShouldBe("b ~/e");

    [Fact]
    public void What_is_left_out_is_named_too() => CachePathNames.Of(["! b/x/", "b"], "/home/u").ShouldBe("!b/x b");

    /// <summary>The check of workflows has them once more, for it may not refer to presets.</summary>
    [Fact]
    public void The_presets_that_workflows_are_checked_with_are_those()
    {
        foreach (var preset in CachePresets.All)
        {
            var (workflow, diagnostics) = Strata.Workflows.Parsing.WorkflowParser.Parse("ci.yml", System.Text.Encoding.UTF8.GetBytes(
                $"jobs:\n  a:\n    caches: [{{ preset: {preset.Name} }}, {string.Join(", ", preset.Paths.Select(static path => $"{{ paths: {path}, key: k }}"))}]\n    steps: [run: x]"));
            workflow.ShouldBeNull();
            diagnostics.Select(static problem => problem.Code).ShouldBe(Enumerable.Repeat("STR2131", preset.Paths.Count), preset.Name);
        }
    }
}
