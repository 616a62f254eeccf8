using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>Who uses what of hermetic steps (DESIGN §7): the rules are those of every kind, and nothing made on what was withdrawn is used again.</summary>
public sealed class HermeticTrustTests : IDisposable
{
    private static readonly string[] Main = ["--trust", "protected", "--ref", "main"];
    private static readonly string[] Branch = ["--trust", "internal", "--ref", "feature", "--base", "main"];
    private static readonly string[] Fork = ["--trust", "fork", "--ref", "refs/pull/7/merge", "--base", "main"];

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task The_default_branch_uses_nothing_of_a_pull_request_and_pull_requests_use_what_it_made()
    {
        Job(Step("a"));
        var branch = await RunAsync(Branch);
        var main = await RunAsync(Main);
        var again = await RunAsync(Branch);
        var other = await RunAsync(["--trust", "internal", "--ref", "other", "--base", "main"]);

        branch.ShouldBe("miss");
        main.ShouldBe("miss"); // what the branch made is not seen by it
        again.ShouldBe("hit");
        other.ShouldBe("hit"); // of main: what another branch made it does not see
    }

    [Fact]
    public async Task A_branch_uses_nothing_of_another_branch_repository_or_organization()
    {
        Job(Step("a"));
        await RunAsync(Branch);
        (await RunAsync(["--trust", "internal", "--ref", "other", "--base", "main"])).ShouldBe("miss");
        await RunAsync(Main);
        var repository = await RunAsync([.. Main, "--repo", "another"]);
        var organization = await RunAsync([.. Main, "--org", "another"]);
        var own = await RunAsync([.. Main, "--org", "another"]);

        (repository, organization, own).ShouldBe(("miss", "miss", "hit"));
    }

    [Fact]
    public async Task What_nobody_has_committed_makes_nothing_for_protected_runs_where_others_read()
    {
        var store = $"file://{_bench.Data}-store";
        Job(Step("a"));
        _bench.Git("init", "-q");
        _bench.Git("add", "-A");
        _bench.Git("commit", "-qm", "first");
        _bench.Write("new.txt", "not committed, and no input");
        var dirty = await RunAsync(["--storage", store]);
        var trust = (string?)_bench.Report()["trust"];
        _bench.Git("add", "-A");
        _bench.Git("commit", "-qm", "second");
        var clean = await RunAsync(["--storage", store]);
        var after = await RunAsync(["--storage", store]);
        Directory.Delete(store["file://".Length..], recursive: true);

        (dirty, trust).ShouldBe(("miss", "internal"));
        (clean, after).ShouldBe(("miss", "hit"));
    }

    [Fact]
    public async Task A_revoked_run_takes_along_the_steps_that_stand_on_its_own_and_no_others()
    {
        Job(Step("a"));
        await RunAsync(Main);
        var bad = _bench.Report().RunId();
        Job($"{Step("a")}\n{Step("b", "a")}", $"  beside: {{ image: tiny, network: none, steps: [{Flow("c")}] }}");
        (await RunAsync(Main)).ShouldBe("hit miss miss");
        var standing = _bench.Report().RunId();

        var revoked = await _bench.StrataAsync("revoke", bad, "--data", _bench.Data, "--json");
        var after = await RunAsync(Main);
        var anew = await RunAsync(Main);

        revoked.ExitCode.ShouldBe(0, revoked.All);
        revoked.Stdout.ShouldContain(standing);
        after.ShouldBe("miss miss hit");
        anew.ShouldBe("hit hit hit");
    }

    [Fact]
    public async Task Forks_use_a_result_only_if_a_protected_workflow_says_so_whatever_their_own_says()
    {
        string[] otherFork = ["--trust", "fork", "--ref", "refs/pull/8/merge", "--base", "main"], thirdFork = ["--trust", "fork", "--ref", "refs/pull/9/merge", "--base", "main"];
        Job(Step("a"));
        await RunAsync(Main);
        Job(Step("a", more: ", share-with-forks: true"));
        var own = await RunAsync(Fork); // its workflow says it: nobody asks a fork
        var branch = await RunAsync(Branch);
        var still = await RunAsync(otherFork); // a branch said it: nobody asks a branch either
        await RunAsync(Main);
        Job(Step("a"));
        var shared = await RunAsync(thirdFork); // main says it, and that this one's own workflow does not is not looked at
        await RunAsync(Main);
        var withdrawn = await RunAsync(["--trust", "fork", "--ref", "refs/pull/10/merge", "--base", "main"]);

        (own, branch, still, shared, withdrawn).ShouldBe(("miss", "hit", "miss", "hit", "miss"));
    }

    [Fact]
    public async Task What_a_job_with_secrets_made_forks_do_not_use_though_it_is_declared_as_theirs()
    {
        Job(Step("a", more: ", share-with-forks: true"));
        await RunAsync([.. Main, "--secret", "TOKEN=0123456789abcdef"]);
        (await RunAsync(Fork)).ShouldBe("miss");
        (await RunAsync(Branch)).ShouldBe("hit");
    }

    [Fact]
    public async Task What_stood_on_a_refuted_step_is_made_and_kept_anew_and_the_step_when_its_inputs_change()
    {
        _bench.Write("in", "1");
        Job($$"""
            - { run: 'head -c 8 /dev/urandom > out', cache: { inputs: [in], outputs: [out] } }
            {{Step("honest")}}
            """);
        await RunAsync(Main);
        var proved = await RunAsync([.. Main, "--verify", "100%"]);
        var first = await RunAsync(Main);
        var second = await RunAsync(Main);
        _bench.Write("in", "2");
        var changed = await RunAsync(Main);
        var kept = await RunAsync(Main);

        proved.ShouldBe("hit hit");
        first.ShouldBe("miss miss"); // the second was published by a job that had run the first
        second.ShouldBe("miss hit");
        changed.ShouldBe("miss hit");
        kept.ShouldBe("hit hit");
    }

    private static string Step(string output, string input = "none", string more = "") => $"- {Flow(output, input, more)}";

    private static string Flow(string output, string input = "none", string more = "") =>
        $$"""{ run: 'echo made > {{output}}', cache: { inputs: [{{input}}], outputs: [{{output}}]{{more}} } }""";

    private void Job(string steps, string more = "") => _bench.Workflow(
        $"jobs:\n  job:\n    image: tiny\n    network: none\n    steps:\n{string.Join('\n', steps.Split('\n').Select(static line => $"      {line}"))}\n{more}\n");

    /// <returns>What became of each step, of all jobs.</returns>
    private async Task<string> RunAsync(string[] arguments)
    {
        var report = await _bench.ReportAsync(0, arguments);
        return string.Join(' ', report["jobs"]!.AsArray().OrderByDescending(static j => (string?)j!["name"]).SelectMany(static j => j!["steps"]!.AsArray()).Select(Outcome));
    }

    private static string Outcome(JsonNode? step) => step!["cache"]!["outcome"]!.GetValue<string>();
}
