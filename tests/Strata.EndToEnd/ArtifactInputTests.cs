using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>What the names and inputs of artifacts mean in a run, what a run says of them, and where <c>--out</c> puts them.</summary>
public sealed class ArtifactInputTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Each_combination_of_a_matrix_takes_the_artifact_that_it_names()
    {
        _bench.Workflow("""
            jobs:
              build:
                image: tiny
                network: none
                strategy: { matrix: { v: [x, y] } }
                steps: [{ run: "echo ${{ matrix.v }} > f" }]
                artifacts: [{ name: "v-${{ matrix.v }}", path: f }]
              use:
                image: tiny
                network: none
                strategy: { matrix: { v: [x, y] } }
                artifacts-from: { "v-${{ matrix.v }}": { path: in/, job: build } }
                steps: [{ run: "test $(cat in/f) = ${{ matrix.v }}" }]
              named:
                image: tiny
                network: none
                artifacts-from: { "v-${{ vars.V }}": { path: in/, job: build } }
                steps: [{ run: echo never said }]
            """);

        var outcome = await _bench.RunAsync("--var", "V=a/b");
        var report = _bench.Report();

        (report.Status("use (x)"), report.Status("use (y)")).ShouldBe(("success", "success"), outcome.All);
        report.Artifacts("use (y)").ShouldHaveSingleItem().Short.ShouldBe("download v-y ready");
        report.Status("named").ShouldBe("failure", outcome.All);
        report.Reason("named").ShouldNotBeNull().ShouldContain("'v-a/b' cannot be the name of an artifact");
        outcome.Stderr.ShouldContain("STR4017");
        outcome.Stderr.ShouldNotContain("never said");
    }

    [Fact]
    public async Task All_artifacts_that_fail_are_told_of()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps: [{ run: touch f }]
                artifacts: [{ name: n1, path: none1 }, { name: "${{ vars.NAME }}", path: f }, { name: good, path: f }, { name: n3, path: none3 }]
            """);

        var outcome = await _bench.RunAsync("--var", "NAME=..");
        var reason = _bench.Report().Reason().ShouldNotBeNull(outcome.All);

        outcome.ExitCode.ShouldBe(1, outcome.All);
        reason.ShouldContain("'n1'");
        reason.ShouldContain("'..' is no name");
        reason.ShouldContain("'n3'");
        outcome.Stdout.ShouldContain("'n3'");
        _bench.Report().Artifacts().Select(a => a.Short).ShouldBe(["upload n1 failed", "upload good ready", "upload n3 failed"]);
    }

    [Fact]
    public async Task Artifacts_are_taken_by_id_and_by_patterns_and_what_means_nothing_fails()
    {
        _bench.Workflow("""
            jobs:
              make:
                image: tiny
                network: none
                outputs: { a: "${{ steps.a.outputs.artifact-id }}", b: "${{ steps.b.outputs.artifact-id }}" }
                steps:
                  - run: mkdir out; echo 1 > out/f; echo h > out/.hidden
                  - { id: a, uses: actions/upload-artifact@v4, with: { name: part-a, path: out, include-hidden-files: true } }
                  - { id: b, uses: actions/upload-artifact@v4, with: { name: part-b, path: out } }
                  - { uses: actions/upload-artifact@v4, with: { name: other, path: out } }
                  - { id: word, continue-on-error: true, uses: actions/upload-artifact@v4, with: { name: w, path: out, if-no-files-found: "${{ vars.WORD }}" } }
                  - { id: days, continue-on-error: true, uses: actions/upload-artifact@v4, with: { name: d, path: out, retention-days: "${{ vars.WORD }}" } }
                  - run: test "${{ steps.word.outcome }} ${{ steps.days.outcome }}" = "failure failure"
              take:
                needs: make
                image: tiny
                network: none
                steps:
                  - { uses: actions/download-artifact@v4, with: { artifact-ids: "${{ needs.make.outputs.a }}, ${{ needs.make.outputs.b }}", path: ids } }
                  - run: test "$(cd ids; find . -type f | sort | tr '\n' ' ')" = "./part-a/.hidden ./part-a/f ./part-b/f "
                  - { uses: actions/download-artifact@v4, with: { pattern: "{part-[a],oth?r}", path: braces } }
                  - run: test "$(ls braces | tr '\n' ' ')" = "other part-a "
                  - { uses: actions/download-artifact@v4, with: { pattern: "!part-*", path: not } }
                  - run: test "$(ls not)" = other
                  - { id: none, uses: actions/download-artifact@v4, with: { pattern: "zz-*", path: none } }
                  - run: test "${{ steps.none.outcome }}" = success
                  - { id: unknown, continue-on-error: true, uses: actions/download-artifact@v4, with: { artifact-ids: "${{ needs.make.outputs.a }},99999" } }
                  - { id: word, continue-on-error: true, uses: actions/download-artifact@v4, with: { artifact-ids: "part-a" } }
                  - { id: both, continue-on-error: true, uses: actions/download-artifact@v4, with: { artifact-ids: "1", name: part-a } }
                  - { id: odd, continue-on-error: true, uses: actions/download-artifact@v4, with: { pattern: "+(a)" } }
                  - { id: no, continue-on-error: true, uses: actions/download-artifact@v4, with: { name: nope } }
                  - run: test "${{ steps.unknown.outcome }} ${{ steps.word.outcome }} ${{ steps.both.outcome }} ${{ steps.odd.outcome }} ${{ steps.no.outcome }}" = "failure failure failure failure failure"
            """);

        var outcome = await _bench.RunAsync("--var", "WORD=eror");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        foreach (var said in (string[])
        [
            "if-no-files-found cannot be 'eror'", "retention-days cannot be 'eror'", "matches 'zz-*': nothing is downloaded", "has no artifact with the id 99999", "'part-a' is no id",
            "cannot be used together", "'+(a)' is no pattern", "STR4002: The artifact 'nope' was never made",
        ])
        {
            outcome.Stderr.ShouldContain(said);
        }
    }

    [Fact]
    public async Task A_download_reads_another_run_and_retention_days_is_how_long_an_upload_is_kept()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps:
                  - run: echo of-the-first > f
                  - { uses: actions/upload-artifact@v4, with: { name: short, path: f, retention-days: 3 } }
                  - { uses: actions/upload-artifact@v4, with: { name: usual, path: f, retention-days: 0 } }
            """);
        var first = (await _bench.ReportAsync(0)).RunId();
        _bench.Workflow("""
            jobs:
              b:
                image: tiny
                network: none
                steps:
                  - { uses: actions/download-artifact@v4, with: { name: short, run-id: "${{ vars.RUN }}", path: in } }
                  - run: test $(cat in/f) = of-the-first
                  - { uses: actions/download-artifact@v4, with: { run-id: "${{ vars.RUN }}", path: all } }
                  - run: test "$(ls all | tr '\n' ' ')" = "short usual "
                  - { id: no, continue-on-error: true, uses: actions/download-artifact@v4, with: { name: short } }
                  - run: test ${{ steps.no.outcome }} = failure
            """);
        var second = await _bench.RunAsync("--var", $"RUN={first}");

        second.ExitCode.ShouldBe(0, second.All);
        (await RetentionDaysAsync("short", first)).ShouldBe(3);
        (await RetentionDaysAsync("usual", first)).ShouldBe(30);
    }

    [Fact]
    public async Task The_summary_lists_what_is_there_and_not_what_was_overwritten()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps:
                  - run: echo 1 > f
                  - { uses: actions/upload-artifact@v4, with: { name: twice, path: f } }
                  - { uses: actions/upload-artifact@v4, with: { name: gone, path: f } }
                  - run: echo 22 > f
                  - { uses: actions/upload-artifact@v4, with: { name: twice, path: f, overwrite: true } }
                  - { uses: actions/upload-artifact@v4, with: { name: gone, path: none, overwrite: true } }
            """);

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        _bench.Report().Artifacts().Select(a => a.Short).ShouldBe(["upload twice deleted", "upload gone deleted", "upload twice ready"]);
        var list = outcome.Stdout[outcome.Stdout.IndexOf("artifacts:", StringComparison.Ordinal)..];
        list.Split("  twice  ").Length.ShouldBe(2, list);
        list.ShouldNotContain("gone");
    }

    [Fact]
    public async Task Out_has_what_the_run_published_and_replaces_only_what_it_put_there()
    {
        const string two = "jobs: { a: { image: tiny, network: none, steps: [{ run: \"mkdir d; echo $N > d/n; touch d/$N\" }], env: { N: \"${{ vars.N }}\" }, artifacts: [{ name: dist, path: d/ }, { name: log, path: d/n }] } }";
        _bench.Workflow(two);
        var output = Path.Combine(_bench.Workspace, "out");

        _bench.Write("file", "");
        var refused = await _bench.RunAsync("--out", "file/out", "--var", "N=1");
        refused.ExitCode.ShouldBe(3, refused.All);
        refused.Stderr.ShouldContain("file/out");
        refused.Stderr.ShouldNotContain("▸"); // before anything ran
        var first = await _bench.RunAsync("--out", "out", "--var", "N=1");
        first.ExitCode.ShouldBe(0, first.All);
        File.ReadAllText(Path.Combine(output, "dist", "n")).ShouldBe("1\n");
        File.Exists(Path.Combine(output, "log", "n")).ShouldBeTrue();
        File.ReadAllLines(Path.Combine(output, ".strata-out")).ShouldBe(["dist", "log"]);
        first.Stdout.ShouldContain($"in {output}");

        _bench.Write("out/mine.txt", "mine");
        var second = await _bench.RunAsync("--out", "out", "--var", "N=2");
        second.ExitCode.ShouldBe(0, second.All);
        Directory.EnumerateFiles(Path.Combine(output, "dist")).Select(Path.GetFileName).Order().ShouldBe(["2", "n"]); // what an earlier run put there is replaced whole
        File.ReadAllText(Path.Combine(output, "mine.txt")).ShouldBe("mine");

        _bench.Workflow("jobs: { a: { image: tiny, network: none, steps: [{ run: touch f }], artifacts: [{ name: mine.txt, path: f }] } }");
        var third = await _bench.RunAsync("--out", "out");
        third.ExitCode.ShouldBe(2, third.All);
        third.Stderr.ShouldContain("STR1921");
        File.ReadAllText(Path.Combine(output, "mine.txt")).ShouldBe("mine");
        File.Exists(Path.Combine(output, "dist", "n")).ShouldBeTrue("what an earlier run put there stays");
    }

    [Fact]
    public async Task What_is_said_of_secrets_does_not_tell_their_values_and_says_from_where_allowed_places_count()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps: [{ run: "mkdir out; echo '${{ secrets.TOKEN }}' > out/fixture; touch out/f" }]
                artifacts: [{ name: fine, path: out/f }, { name: out, path: out/, allow-secrets-in: [out/fixture] }]
            """);

        var outcome = await _bench.RunAsync("--secret", "TOKEN=s3cr3t-value-0123456789", "--secret", "PIN=short");

        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.All.Split("STR3172").Length.ShouldBe(2, "once a run");
        outcome.All.ShouldContain("The secret 'PIN' has fewer than 8 bytes: it is not looked for in what is stored.");
        outcome.All.ShouldNotContain("Values this ***");
        outcome.All.ShouldContain("STR3170");
        outcome.All.ShouldContain("No pattern of allow-secrets-in matches the place: they count from the artifact's root");
    }

    private async Task<double> RetentionDaysAsync(string name, string run)
    {
        var outcome = await _bench.StrataAsync("artifact", "show", name, "--run", run, "--data", _bench.Data, "--json");
        outcome.ExitCode.ShouldBe(0, outcome.All);
        return TimeSpan.FromMilliseconds((long)JsonNode.Parse(outcome.Stdout)!["retentionMs"]!).TotalDays;
    }
}
