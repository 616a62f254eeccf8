namespace Strata.EndToEnd;

/// <summary>actions/cache, restore and save in steps.</summary>
public sealed class CacheActionTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_cache_step_saves_when_the_job_ends_and_restores_over_what_is_there()
    {
        _bench.Workflow(Steps("""
            - { id: c, uses: actions/cache@v4, with: { path: "~/c\nlocal", key: "k-${{ vars.N }}", restore-keys: k- } }
                  - run: echo "hit=[${{ steps.c.outputs.cache-hit }}] matched=[${{ steps.c.outputs.cache-matched-key }}]"; mkdir -p ~/c local; echo ${{ vars.N }} >> ~/c/all; touch local/f; cat ~/c/all | wc -l
            """));

        var first = await _bench.RunAsync("--var", "N=1");
        var saved = _bench.Report().Cache();
        var second = await _bench.RunAsync("--var", "N=1");
        var hit = _bench.Report().Cache();
        var third = await _bench.RunAsync("--var", "N=2");
        var partial = _bench.Report().Cache();
        var off = await _bench.RunAsync("--var", "N=2", "--no-cache");

        (first.ExitCode, second.ExitCode, third.ExitCode, off.ExitCode).ShouldBe((0, 0, 0, 0), first.All + second.All + third.All + off.All);
        saved.Both.ShouldBe("miss saved", first.All);
        first.Stderr.ShouldContain("hit=[] matched=[]");
        hit.Both.ShouldBe("hit skipped");
        second.Stderr.ShouldContain("hit=[true] matched=[k-1]");
        (partial.Both, partial.MatchedKey).ShouldBe(("partial saved", "k-1"));
        third.Stderr.ShouldContain("hit=[false] matched=[k-1]");
        _bench.Report().Cache().Both.ShouldBe("off skipped");
    }

    [Fact]
    public async Task A_step_of_a_local_action_does_the_same_though_the_job_has_no_such_step()
    {
        _bench.Workflow("""
            jobs: { a: { image: tiny, network: none, steps: [{ uses: ./.github/actions/outer }, { run: "mkdir -p ~/c; echo 1 > ~/c/f" }] } }
            """);
        _bench.Write(".github/actions/outer/action.yml", """
            name: outer
            runs: { using: composite, steps: [{ uses: ./.github/actions/inner }] }
            """);
        _bench.Write(".github/actions/inner/action.yml", """
            name: inner
            runs: { using: composite, steps: [{ uses: actions/cache@v4, with: { path: ~/c, key: k } }] }
            """);

        var first = (await _bench.ReportAsync(0)).Cache();
        var second = (await _bench.ReportAsync(0)).Cache();

        (first.Both, second.Both).ShouldBe(("miss saved", "hit skipped"));
    }

    [Fact]
    public async Task Restore_never_saves_save_saves_at_once_and_neither_fails_the_job()
    {
        _bench.Workflow(Steps("""
            - { id: r, uses: actions/cache/restore@v4, with: { path: ~/c, key: k } }
                  - run: mkdir -p ~/c && echo then > ~/c/f
                    if: steps.r.outputs.cache-hit != 'true'
                  - { uses: actions/cache/save@v4, with: { path: ~/c, key: k } }
                  - run: echo later > ~/c/f; exit ${{ vars.EXIT }}
            """));
        await _bench.ReportAsync(1, "--var", "EXIT=1");

        _bench.Workflow(Steps("""
            - { uses: actions/cache/restore@v4, with: { path: ~/c, key: k, fail-on-cache-miss: true } }
                  - run: test $(cat ~/c/f) = then; echo not a directory > ~/d
                  - { uses: actions/cache/restore@v4, with: { path: "${{ format('/proc/{0}', 'x') }}", key: k } }
                  - { uses: actions/cache/save@v4, with: { path: ~/d, key: d } }
                  - { id: must, continue-on-error: true, uses: actions/cache/restore@v4, with: { path: ~/e, key: e, fail-on-cache-miss: true } }
                  - run: test ${{ steps.must.outcome }} = failure
            """));
        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
    }

    [Fact]
    public async Task Where_a_restored_directory_has_no_place_the_job_goes_on()
    {
        _bench.Workflow(Steps("- { uses: actions/cache@v4, with: { path: ~/c, key: k } }\n      - run: mkdir ~/c && touch ~/c/f"));
        await _bench.ReportAsync(0);
        _bench.Workflow(Steps("- run: echo file > ~/c\n      - { uses: actions/cache@v4, with: { path: ~/c, key: k } }\n      - run: test \"$(cat ~/c)\" = file"));

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain("~/c".Replace("~", "/root"));
    }

    private static string Steps(string steps) => $$"""
        jobs:
          a:
            image: tiny
            network: none
            steps:
              {{steps}}
        """;
}
