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
    public async Task Of_what_a_step_restored_only_the_difference_is_saved_and_of_the_same_content_nothing()
    {
        const string fill = """
            - run: mkdir -p big; test -e big/b || { head -c 5000000 /dev/urandom > big/b; ln big/b big/c; }; test $(stat -c %h big/b) = 2; echo ${{ vars.F }} > big/f
            """;
        _bench.Workflow(Steps($$$"""
            - { uses: actions/cache@v4, with: { path: big, key: "q${{ vars.N }}", restore-keys: q } }
                  {{{fill}}}
            """));
        var whole = (await _bench.ReportAsync(0, "--var", "N=1", "--var", "F=1")).Cache();
        var part = (await _bench.ReportAsync(0, "--var", "N=2", "--var", "F=2")).Cache();
        var same = (await _bench.ReportAsync(0, "--var", "N=3", "--var", "F=2")).Cache();
        _bench.Workflow(Steps($$$"""
            - { id: get, uses: actions/cache/restore@v4, with: { path: big, key: "q${{ vars.N }}", restore-keys: q } }
                  {{{fill}}}
                  - { id: put, uses: actions/cache/save@v4, with: { path: big, key: "q${{ vars.N }}" } }
            """));
        var apart = (await _bench.ReportAsync(0, "--var", "N=4", "--var", "F=2")).Cache("put");
        var hit = (await _bench.ReportAsync(0, "--var", "N=4", "--var", "F=2")).Cache("get");

        whole.Both.ShouldBe("miss saved");
        whole.SavedBytes.ShouldBeGreaterThan(5_000_000);
        part.Both.ShouldBe("partial saved");
        part.SavedBytes.ShouldBeInRange(1, 100_000);
        (same.Both, same.SavedBytes).ShouldBe(("partial unchanged", 0));
        (apart.Save, apart.SavedBytes).ShouldBe(("unchanged", 0));
        hit.Outcome.ShouldBe("hit");
    }

    [Fact]
    public async Task Each_step_has_a_name_of_its_own_and_all_share_their_entries()
    {
        _bench.Workflow(Steps("""
            - { id: one, uses: actions/cache@v4, with: { path: ~/c, key: k1, restore-keys: k, lookup-only: true } }
                  - { name: "two ${{ vars.N }}", uses: actions/cache@v4, with: { path: ~/c, key: k } }
                  - { uses: actions/cache/restore@v4, with: { path: ~/d, key: d } }
                  - { uses: actions/cache/restore@v4, with: { path: ~/e, key: e } }
                  - run: mkdir -p ~/c; echo 1 > ~/c/f; echo "[${{ strata.caches.one.outcome }} ${{ strata.caches['actions/cache#2'].key }}]"
            """));

        await _bench.ReportAsync(0, "--var", "N=2");
        var outcome = await _bench.RunAsync("--var", "N=3");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain("[partial e]");
        var report = _bench.Report();
        report.Job()["caches"]!.AsArray().Select(static cache => (string?)cache!["name"]).ShouldBe(["one", "two 3", "actions/cache", "actions/cache#2"]);
        (report.Cache("one").Both, report.Cache("two 3").Both).ShouldBe(("partial skipped", "hit skipped"));
        report.Cache("one").Reason!.ShouldContain("; found 'k' from");
    }

    [Fact]
    public async Task Without_caches_a_step_that_must_find_something_goes_on()
    {
        _bench.Workflow(Steps("- { uses: actions/cache/restore@v4, with: { path: ~/c, key: k, fail-on-cache-miss: true } }\n      - run: true"));

        (await _bench.ReportAsync(0, "--no-cache")).Cache().Both.ShouldBe("off skipped");
        (await _bench.ReportAsync(1)).Cache().Both.ShouldBe("miss skipped");
    }

    [Fact]
    public async Task Each_cache_says_why_it_is_not_saved_when_the_job_does_not_start_or_is_cancelled()
    {
        const string job = """
            caches:
              there: { paths: [~/c], key: k }
              must: { paths: [~/d], key: "d${{ vars.N }}", fail-on-miss: true, save: always }
              other: { paths: [~/e], key: e, save: always }
            jobs: { a: { image: tiny, network: none, caches: [CACHES], steps: [{ run: "mkdir -p ~/c; touch ~/c/f" }] } }
            """;
        _bench.Workflow(job.Replace("CACHES", "there"));
        await _bench.ReportAsync(0);
        _bench.Workflow(job.Replace("CACHES", "there, must, other"));

        var report = await _bench.ReportAsync(1);

        report.Cache("there").SaveReason.ShouldBe("exact-hit");
        report.Cache("must").SaveReason.ShouldBe("the job did not start");
        report.Cache("other").SaveReason.ShouldBe("the job did not start");
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
