namespace Strata.EndToEnd;

/// <summary>Presets with other paths and without lock files, and caches whose expressions fail.</summary>
public sealed class CachePresetTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_tree_is_of_the_lock_files_beside_it_and_of_none_without()
    {
        _bench.Workflow("""
            caches: { nm: { preset: node_modules, paths: [frontend/node_modules] } }
            jobs:
              a: { image: tiny, network: none, caches: [nm], steps: [{ run: "mkdir -p frontend/node_modules; cat frontend/package-lock.json > frontend/node_modules/v" }] }
            """);
        _bench.Write("frontend/package-lock.json", "1");
        var first = await _bench.ReportAsync(0);
        var same = await _bench.ReportAsync(0);
        _bench.Write("frontend/package-lock.json", "2");
        var other = await _bench.ReportAsync(0);
        File.Move(Path.Combine(_bench.Workspace, "frontend/package-lock.json"), Path.Combine(_bench.Workspace, "frontend/package.json"));
        var without = await _bench.RunAsync();

        (first.Cache("nm").Both, same.Cache("nm").Both, other.Cache("nm").Both).ShouldBe(("miss saved", "hit skipped", "miss saved"));
        _bench.Report().Cache("nm").Both.ShouldBe("error skipped");
        without.Stderr.ShouldContain("warning STR2211: The cache 'nm' is not used: no lock file of the preset 'node_modules' is beside 'frontend/node_modules'");
    }

    [Fact]
    public async Task A_preset_without_lock_files_says_once_that_its_key_stays()
    {
        _bench.Workflow("""
            caches: { npm: { preset: npm } }
            jobs:
              a:
                strategy: { matrix: { n: [1, 2] } }
                image: tiny
                network: none
                caches: [npm]
                steps: [{ run: "mkdir -p ~/.npm; echo 1 > ~/.npm/f" }]
            """);
        var first = await _bench.RunAsync();
        var second = await _bench.RunAsync();
        _bench.Write("package-lock.json", "{}");
        var locked = await _bench.RunAsync();

        first.Stderr.Split("warning STR2212: The key of the cache 'npm' never changes, being 'npm-'").Length.ShouldBe(2, first.All);
        second.Stderr.ShouldContain("hit, key 'npm-'");
        locked.Stderr.ShouldNotContain("STR2212");
    }

    [Fact]
    public async Task A_tool_is_led_to_the_path_that_the_workflow_names()
    {
        _bench.Workflow("""
            caches: { pip: { preset: pip, paths: [pipcache], key: k }, npm: { preset: npm, paths: [a, b], key: k } }
            jobs:
              a: { image: tiny, network: none, caches: [pip, npm], steps: [{ run: "test \"$PIP_CACHE_DIR\" = /workspace/pipcache && test -z \"$npm_config_cache\"" }] }
            """);
        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain("warning STR2213: npm_config_cache is not set for the cache 'npm'");
    }

    [Theory]
    [InlineData("key: \"${{ fromJSON('{') }}\", paths: [~/c]", "key")]
    [InlineData("key: k, paths: [\"${{ fromJSON('{') }}\"]", "paths")]
    [InlineData("key: k, paths: [~/c], restore-keys: [\"${{ fromJSON('{') }}\"]", "restore-keys")]
    public async Task A_cache_that_cannot_be_evaluated_costs_only_itself(string cache, string part)
    {
        _bench.Workflow($$$"""
            caches: { c: { {{{cache}}} } }
            jobs:
              a: { image: tiny, network: none, caches: [c], steps: [{ run: "mkdir -p ~/c; echo 1 > ~/c/f" }] }
            """);
        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldMatch($@"strata\.yml:\d+:\d+: warning STR2204: The cache 'c' is not used: its '{part}' cannot be evaluated: ");
        _bench.Report().Cache("c").Both.ShouldBe("error skipped");
    }
}
