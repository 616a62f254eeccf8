namespace Strata.EndToEnd;

/// <summary>Paths of caches as people write them for actions/cache: patterns, files, exclusions.</summary>
public sealed class CachePatternTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_pattern_saves_what_matches_and_brings_it_back_among_what_the_source_has()
    {
        _bench.Write("packages/a/index.js", "a\n");
        _bench.Write("packages/b/index.js", "b\n");
        _bench.Workflow(CacheWorkflow.Job("['**/node_modules']", "k1", "for p in a b; do mkdir -p packages/$p/node_modules/x packages/$p/dist && echo $p > packages/$p/node_modules/x/f && echo $p > packages/$p/dist/no; done; mkdir node_modules && echo top > node_modules/t"));
        var first = await _bench.ReportAsync(0);
        _bench.Workflow(CacheWorkflow.Job(
            "['**/node_modules']", "k2",
            "test $(cat packages/a/node_modules/x/f packages/b/node_modules/x/f node_modules/t | tr -d '\\n') = abtop && test ! -e packages/a/dist && test -e packages/a/index.js && rm -r packages/b/node_modules && echo a2 > packages/a/node_modules/x/f && echo n > packages/a/other"));
        var second = await _bench.ReportAsync(0);
        _bench.Write("packages/a/index.js", "newer\n");
        _bench.Workflow(CacheWorkflow.Job("['**/node_modules']", "k2", "test $(cat packages/a/node_modules/x/f packages/a/index.js | tr -d '\\n') = a2newer && test ! -e packages/b/node_modules && test -e packages/b/index.js && test ! -e packages/a/other"));
        var third = await _bench.ReportAsync(0);

        first.Cache().Both.ShouldBe("miss saved");
        second.Cache().Both.ShouldBe("partial saved");
        third.Cache().Both.ShouldBe("hit skipped");
    }

    [Fact]
    public async Task Nothing_that_matches_is_nothing_to_save_and_unchanged_matches_are_unchanged()
    {
        _bench.Workflow(CacheWorkflow.Job("['~/store/*.bin']", "k1", "mkdir ~/store; echo x > ~/store/a.txt"));
        var nothing = (await _bench.ReportAsync(0)).Cache();
        _bench.Workflow(CacheWorkflow.Job("['~/store/*.bin']", "k1", "mkdir ~/store; echo x > ~/store/a.txt; echo y > ~/store/b.bin"));
        var some = (await _bench.ReportAsync(0)).Cache();
        _bench.Workflow(CacheWorkflow.Job("['~/store/*.bin']", "k2", "test ! -e ~/store/a.txt && test -e ~/store/b.bin && echo more > ~/store/c.txt"));
        var same = (await _bench.ReportAsync(0)).Cache();

        (nothing.Both, some.Both).ShouldBe(("miss skipped", "miss saved"));
        (same.Both, same.SavedBytes).ShouldBe(("partial unchanged", 0));
    }

    [Fact]
    public async Task A_file_is_saved_restored_changed_and_may_be_in_the_image_too()
    {
        const string image = "  filed: { from: images.tiny, steps: [{ run: mkdir -p /opt/d && echo image > /opt/conf }] }\n";
        _bench.Workflow(image + CacheWorkflow.Job("[~/file, /opt/conf]", "k1", "echo one > ~/file; echo x > ~/beside; echo job > /opt/conf", "filed"));
        var first = await _bench.ReportAsync(0);
        _bench.Workflow(image + CacheWorkflow.Job("[~/file, /opt/conf]", "k2", "test $(cat ~/file) = one && test ! -e ~/beside && test $(cat /opt/conf) = job && test -d /opt/d && echo two > ~/file", "filed"));
        var second = await _bench.ReportAsync(0);
        _bench.Workflow(image + CacheWorkflow.Job("[~/file, /opt/conf]", "k2", "test $(cat ~/file) = two && test $(cat /opt/conf) = job && rm ~/file && mkdir ~/file && echo in > ~/file/in", "filed"));
        var third = await _bench.ReportAsync(0);
        _bench.Workflow(image + CacheWorkflow.Job("[~/file, /opt/conf]", "k3", "rm ~/file && mkdir ~/file && echo in > ~/file/in", "filed"));
        var turned = await _bench.ReportAsync(0);
        _bench.Workflow(image + CacheWorkflow.Job("[~/file, /opt/conf]", "k3", "test $(cat ~/file/in) = in", "filed"));
        var directory = await _bench.ReportAsync(0);

        new[] { first, second, third, turned, directory }.Select(report => report.Cache().Both)
            .ShouldBe(["miss saved", "partial saved", "hit skipped", "partial saved", "hit skipped"]);
    }

    [Fact]
    public async Task Exclusions_are_left_out_of_what_is_saved()
    {
        _bench.Workflow(CacheWorkflow.Job("[~/c, '!~/c/tmp', '!~/c/**/*.log']", "k", "mkdir -p ~/c/tmp ~/c/d; echo 1 > ~/c/tmp/t; echo 2 > ~/c/d/x.log; echo 3 > ~/c/d/keep"));
        await _bench.ReportAsync(0);
        _bench.Workflow(CacheWorkflow.Job("[~/c, '!~/c/tmp', '!~/c/**/*.log']", "k", "test -e ~/c/d/keep && test ! -e ~/c/tmp && test ! -e ~/c/d/x.log"));

        (await _bench.ReportAsync(0)).Cache().Both.ShouldBe("hit skipped");
    }

    [Theory]
    [InlineData("'**'")]
    [InlineData("'*'")]
    [InlineData("'/**/cache'")]
    [InlineData("'/tmp/*.bin'")]
    [InlineData("'/run/*/x'")]
    public async Task A_pattern_over_all_or_over_what_is_not_kept_is_an_error(string path)
    {
        _bench.Workflow(CacheWorkflow.Job($"[{path}]", "k", "true"));

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(2, outcome.All);
    }

    [Fact]
    public async Task A_step_of_actions_cache_takes_patterns_and_files_as_well()
    {
        const string step = "{ uses: actions/cache@v4, with: { path: \"**/deps\\n~/one\\n!**/deps/no\", key: k } }";
        _bench.Workflow(Steps(step, "mkdir -p a/deps/no && echo 1 > a/deps/f && echo n > a/deps/no/n && echo o > ~/one"));
        var first = await _bench.ReportAsync(0);
        _bench.Workflow(Steps(step, "test $(cat a/deps/f) = 1 && test ! -e a/deps/no && test $(cat ~/one) = o"));
        var second = await _bench.ReportAsync(0);

        (first.Cache().Both, second.Cache().Both).ShouldBe(("miss saved", "hit skipped"));
    }

    private static string Steps(string step, string script) => $$"""
        jobs:
          a:
            image: tiny
            network: none
            steps:
              - {{step}}
              - run: |
                  {{script}}
        """;
}
