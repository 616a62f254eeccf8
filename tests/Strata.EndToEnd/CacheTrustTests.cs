namespace Strata.EndToEnd;

/// <summary>Who sees whose caches (DESIGN §7): never what a less trusted run saved.</summary>
public sealed class CacheTrustTests : IDisposable
{
    private static readonly string[] Main = ["--trust", "protected", "--ref", "main"];
    private static readonly string[] Branch = ["--trust", "internal", "--ref", "feature", "--base", "main"];
    private static readonly string[] Fork = ["--trust", "fork", "--ref", "refs/pull/7/merge", "--base", "main"];
    private static readonly string[] OtherFork = ["--trust", "fork", "--ref", "refs/pull/8/merge", "--base", "main"];

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_fork_never_poisons_the_default_branch_or_another_fork()
    {
        Save("poison");
        var forked = (await _bench.ReportAsync(0, Fork)).Cache();
        var again = (await _bench.ReportAsync(0, Fork)).Cache();
        Check("test ! -e ~/c && mkdir ~/c && echo clean > ~/c/f");
        var main = (await _bench.ReportAsync(0, Main)).Cache();
        Check("test $(cat ~/c/f) = clean");
        var other = (await _bench.ReportAsync(0, OtherFork)).Cache();
        var branch = (await _bench.ReportAsync(0, Branch)).Cache();
        Check("test $(cat ~/c/f) = poison");
        var own = (await _bench.ReportAsync(0, Fork)).Cache();

        (forked.Both, again.Both).ShouldBe(("miss saved", "hit skipped"));
        main.Both.ShouldBe("miss saved");
        other.Both.ShouldBe("hit skipped");
        branch.Both.ShouldBe("hit skipped");
        own.Both.ShouldBe("hit skipped");
        own.Scope.ShouldNotBeNull().ShouldEndWith("@fork");
    }

    [Fact]
    public async Task What_nobody_has_committed_is_written_as_internal_where_others_read()
    {
        var store = $"file://{_bench.Data}-store";
        Save("mine");
        _bench.Git("init", "-q");
        _bench.Git("add", "-A");
        _bench.Git("commit", "-qm", "first");
        _bench.Write("new.txt", "not committed");

        var dirty = await _bench.RunAsync("--storage", store);
        var written = _bench.Report();
        _bench.Git("add", "-A");
        _bench.Git("commit", "-qm", "second");
        var clean = await _bench.ReportAsync(0, "--storage", store);
        Directory.Delete(store["file://".Length..], recursive: true);

        dirty.ExitCode.ShouldBe(0, dirty.All);
        dirty.Stderr.ShouldContain("STR1922");
        ((string?)written["trust"]).ShouldBe("internal");
        written.Cache().Both.ShouldBe("miss saved");
        ((string?)clean["trust"]).ShouldBe("protected");
        clean.Cache().Both.ShouldBe("miss saved"); // it sees nothing of the other
    }

    [Fact]
    public async Task The_default_branch_is_seen_by_branches_and_they_not_by_it()
    {
        Save("branch");
        await _bench.ReportAsync(0, Branch);
        Check("test ! -e ~/c && mkdir ~/c && echo main > ~/c/f");
        var main = (await _bench.ReportAsync(0, Main)).Cache();
        Check("test $(cat ~/c/f) = main");
        var other = (await _bench.ReportAsync(0, "--trust", "internal", "--ref", "other", "--base", "main")).Cache();
        Check("test $(cat ~/c/f) = branch");
        var own = (await _bench.ReportAsync(0, Branch)).Cache();

        main.Both.ShouldBe("miss saved");
        (other.Outcome, other.Scope).ShouldBe(("hit", "local/project/refs/heads/main@protected"));
        (own.Outcome, own.Scope).ShouldBe(("hit", "local/project/refs/heads/feature@internal"));
    }

    [Fact]
    public async Task What_a_job_with_secrets_saved_is_not_seen_by_forks_and_repositories_share_nothing()
    {
        Save("main");
        await _bench.ReportAsync(0, [.. Main, "--secret", "TOKEN=0123456789abcdef"]);
        Check("test ! -e ~/c");
        var fork = (await _bench.ReportAsync(0, Fork)).Cache();
        var repository = (await _bench.ReportAsync(0, [.. Main, "--repo", "another"])).Cache();
        var organization = (await _bench.ReportAsync(0, [.. Main, "--org", "another"])).Cache();
        Check("test -e ~/c/f");
        var branch = (await _bench.ReportAsync(0, Branch)).Cache();

        (fork.Outcome, repository.Outcome, organization.Outcome, branch.Outcome).ShouldBe(("miss", "miss", "miss", "hit"));
    }

    [Fact]
    public async Task What_is_not_to_be_shared_with_forks_is_not_whatever_a_fork_or_a_branch_says()
    {
        Save("main", ", share-with-forks: false");
        await _bench.ReportAsync(0, Main);
        Check("test ! -e ~/c", ", share-with-forks: true");
        var fork = (await _bench.ReportAsync(0, Fork)).Cache();
        Check("test -e ~/c/f", ", share-with-forks: true");
        var branch = (await _bench.ReportAsync(0, Branch)).Cache();
        Check("test ! -e ~/c", ", share-with-forks: true");
        var still = (await _bench.ReportAsync(0, OtherFork)).Cache();
        Check("test -e ~/c/f", ", share-with-forks: true");
        await _bench.ReportAsync(0, Main);
        var shared = (await _bench.ReportAsync(0, "--trust", "fork", "--ref", "refs/pull/9/merge", "--base", "main")).Cache();

        (fork.Outcome, branch.Outcome, still.Outcome, shared.Outcome).ShouldBe(("miss", "hit", "miss", "hit"));
    }

    [Fact]
    public async Task What_was_only_looked_for_taints_nothing_and_what_was_restored_does()
    {
        Save("main");
        await _bench.ReportAsync(0, Main);
        var bad = _bench.Report().RunId();
        _bench.Workflow(Two("lookup-only: true"));
        var looked = await _bench.ReportAsync(0, Main);
        var revoked = await _bench.StrataAsync("revoke", bad, "--data", _bench.Data, "--json");
        var after = await _bench.ReportAsync(0, Main);

        looked.Cache("c").Outcome.ShouldBe("hit");
        looked.Cache("d").Both.ShouldBe("miss saved");
        revoked.Stdout.ShouldNotContain(looked.RunId());
        (after.Cache("c").Outcome, after.Cache("d").Outcome).ShouldBe(("miss", "hit"), revoked.All);

        static string Two(string more) => $$"""
            caches: { c: { paths: [~/c], key: k, {{more}} }, d: { paths: [~/d], key: k } }
            jobs: { a: { image: tiny, network: none, caches: [c, d], steps: [{ run: "mkdir -p ~/d; echo d > ~/d/f" }] } }
            """;
    }

    [Fact]
    public async Task What_a_job_restored_is_in_its_outputs_and_so_in_what_is_made_of_them()
    {
        Save("main");
        await _bench.ReportAsync(0, Main);
        var bad = _bench.Report().RunId();
        _bench.Workflow(Chain("k"));
        var used = await _bench.ReportAsync(0, Main);
        var revoked = await _bench.StrataAsync("revoke", bad, "--data", _bench.Data, "--json");
        var after = await _bench.ReportAsync(0, Main);

        (used.Cache(job: "restores").Outcome, used.Cache(job: "makes").Both, used.Cache(job: "stands-alone").Both).ShouldBe(("hit", "miss saved", "miss saved"));
        revoked.Stdout.ShouldContain(used.RunId());
        (after.Cache(job: "makes").Both, after.Cache(job: "stands-alone").Outcome).ShouldBe(("miss saved", "hit"), revoked.All);
    }

    [Fact]
    public async Task What_forks_may_not_see_they_do_not_see_through_outputs_either()
    {
        Save("main");
        await _bench.ReportAsync(0, [.. Main, "--secret", "TOKEN=0123456789abcdef"]);
        _bench.Workflow(Chain("k"));
        var used = await _bench.ReportAsync(0, Main);
        _bench.Workflow(Chain("none"));
        var fork = await _bench.ReportAsync(0, Fork);

        used.Cache(job: "makes").Both.ShouldBe("miss saved");
        (fork.Cache(job: "makes").Outcome, fork.Cache(job: "stands-alone").Outcome).ShouldBe(("miss", "hit"));
    }

    /// <summary>A job that restores, one that hands its output on, one that saves what it got; and one that gets nothing.</summary>
    private static string Chain(string key) => $$$"""
        caches:
          c: { paths: [~/c], key: {{{key}}} }
          d: { paths: [~/d], key: k }
          e: { paths: [~/e], key: k }
        jobs:
          restores:
            image: tiny
            network: none
            caches: [c]
            steps: [{ id: s, run: "mkdir -p ~/c; touch ~/c/f; echo v=got$(cat ~/c/f) >> $GITHUB_OUTPUT" }]
            outputs: { v: "${{ steps.s.outputs.v }}" }
          hands-on:
            image: tiny
            network: none
            needs: restores
            steps: [{ run: "true" }]
            outputs: { v: "${{ needs.restores.outputs.v }}" }
          makes: { image: tiny, network: none, needs: hands-on, caches: [d], steps: [{ run: "mkdir -p ~/d; echo ${{ needs.hands-on.outputs.v }} > ~/d/f" }] }
          stands-alone: { image: tiny, network: none, needs: makes, caches: [e], steps: [{ run: "mkdir -p ~/e; echo e > ~/e/f" }] }
        """;

    private void Save(string text, string more) => Check($"mkdir -p ~/c; echo {text} > ~/c/f", more);

    private void Save(string text) => Check($"mkdir -p ~/c; echo {text} > ~/c/f");

    private void Check(string script, string more = "") => _bench.Workflow($$"""
        caches: { c: { paths: [~/c], key: k{{more}} } }
        jobs:
          a:
            image: tiny
            network: none
            caches: [c]
            steps:
              - run: |
                  {{script}}
        """);
}
