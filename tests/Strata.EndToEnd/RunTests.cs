using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>What a user sees of <c>strata run</c>: exit codes, report, events, masking, the workspace.</summary>
public sealed class RunTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task A_green_run_exits_0_and_reports_every_key()
    {
        _bench.Workflow("""
            name: greeting
            jobs:
              hello:
                image: tiny
                steps:
                  - name: say it
                    id: say
                    run: |
                      echo hello
                      echo "word=world" >> "$GITHUB_OUTPUT"
                  - run: test "${{ steps.say.outputs.word }}" = world
            """);

        var report = await _bench.ReportAsync(0);

        report.Select(member => member.Key).ShouldBe(
            ["format", "runId", "workflow", "repo", "ref", "trust", "status", "reason", "startedAt", "durationMs", "overheadMs", "verify", "jobs"],
            ignoreOrder: true);
        ((string?)report["format"]).ShouldBe("strata.report/1");
        ((string?)report["repo"]).ShouldBe("local/project");
        ((string?)report["trust"]).ShouldBe("protected");
        var job = report["jobs"]![0]!.AsObject();
        job.Select(member => member.Key).ShouldBe(
            ["id", "name", "matrix", "status", "reason", "attempt", "durationMs", "sandboxStartMs", "image", "caches", "steps", "artifacts"],
            ignoreOrder: true);
        var step = job["steps"]![0]!.AsObject();
        step.Select(member => member.Key).ShouldBe(["name", "status", "exitCode", "durationMs", "cache", "outputs"], ignoreOrder: true);
        ((string?)step["name"]).ShouldBe("say it");
        ((string?)step["outputs"]!["word"]).ShouldBe("world");
        job["steps"]![1]!["name"].ShouldBeNull();
    }

    [Fact]
    public async Task A_failing_step_exits_1_skips_the_rest_of_its_job_and_later_jobs_still_run()
    {
        _bench.Workflow("""
            jobs:
              bad:
                image: tiny
                steps:
                  - run: exit 3
                  - run: echo never
                  - if: always()
                    run: echo ever
              other: { image: tiny, steps: [{ run: "true" }] }
              dependent: { needs: bad, image: tiny, steps: [{ run: "true" }] }
            """);

        var report = await _bench.ReportAsync(1);

        Statuses(report).ShouldBe(["bad failure", "other success", "dependent skipped"]);
        report["jobs"]![0]!["steps"]!.AsArray().Select(step => (string?)step!["status"]).ShouldBe(["failure", "skipped", "success"]);
        ((int?)report["jobs"]![0]!["steps"]![0]!["exitCode"]).ShouldBe(3);
    }

    [Fact]
    public async Task An_invalid_workflow_exits_2_with_every_problem_and_its_place()
    {
        _bench.Write("strata.yml", "jobs:\n  a:\n    steps:\n      - rnu: x\n    need: b\n");

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(2, outcome.All);
        outcome.Stderr.ShouldContain("strata.yml:4:9: error STR1");
        outcome.Stderr.ShouldContain("strata.yml:5:5: error STR1");
        ((string?)_bench.Report()["status"]).ShouldBe("invalid");
        _bench.Report()["diagnostics"]!.AsArray().Count.ShouldBeGreaterThan(1);
    }

    [Theory]
    [InlineData("--trust", "boss")]
    [InlineData("--no-such-option")]
    [InlineData("--job", "nope")]
    [InlineData("--storage", "bucket")]
    [InlineData("--max-parallel", "0")]
    public async Task Wrong_usage_exits_2(params string[] arguments)
    {
        _bench.Workflow("jobs: { a: { image: tiny, steps: [{ run: \"true\" }] } }");

        var outcome = await _bench.RunAsync(arguments);

        outcome.ExitCode.ShouldBe(2, outcome.All);
        outcome.Stderr.ShouldContain("error STR");
    }

    [Fact]
    public async Task Secrets_are_masked_in_every_output()
    {
        _bench.Workflow("""
            jobs:
              leak:
                image: tiny
                steps:
                  - env: { TOKEN: "${{ secrets.TOKEN }}" }
                    run: |
                      echo "plain $TOKEN"
                      printf '%s' "$TOKEN" | base64
                      printf '%s' "$TOKEN" | hexdump -v -e '/1 "%02x"'; echo
                      echo "::add-mask::other-value"
                      echo other-value
            """);

        var outcome = await _bench.RunAsync("--secret", "TOKEN=s3cr3t-t0ken-value", "--json");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        var everything = outcome.Stdout + outcome.Stderr + LogsOf(_bench.Data);
        everything.ShouldContain("plain ***");
        foreach (var leak in (string[])["s3cr3t-t0ken-value", "czNjcjN0LXQwa2VuLXZhbHVl", "7333637233742d74306b656e2d76616c7565", "other-value\n"])
        {
            everything.ShouldNotContain(leak);
        }
    }

    [Fact]
    public async Task Json_events_are_lines_in_order_and_the_last_carries_the_report()
    {
        _bench.Workflow("jobs: { a: { image: tiny, steps: [{ run: echo hi }] } }");

        var outcome = await _bench.RunAsync("--json");

        var events = outcome.Stdout.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();
        events.Select(e => (string?)e["type"]).Where(type => type != "log").ShouldBe(
            ["run-start", "job-start", "step-start", "step-end", "job-end", "run-end"]);
        events.ShouldContain(e => (string?)e["type"] == "log" && (string?)e["text"] == "hi");
        events.ShouldAllBe(e => e["at"] != null && e["runId"] != null);
        ((string?)events[^1]["report"]!["status"]).ShouldBe("success");
    }

    [Fact]
    public async Task The_users_files_never_change_and_ignored_ones_are_not_seen()
    {
        _bench.Write("src/a.txt", "original");
        _bench.Write(".gitignore", "tiny.tar\nreport.json\nignored.txt\n");
        _bench.Write("ignored.txt", "local only");
        _bench.Git("init", "-q");
        _bench.Git("add", "-A");
        _bench.Git("commit", "-qm", "first");
        _bench.Write("untracked.txt", "new");
        _bench.Workflow("""
            jobs:
              change:
                image: tiny
                steps:
                  - run: |
                      test -e untracked.txt
                      test ! -e ignored.txt
                      test -s .git/HEAD
                      echo changed > src/a.txt
                      rm untracked.txt
                      echo made > made.txt
              after:
                image: tiny
                steps:
                  - run: test "$(cat src/a.txt)" = original && test -e untracked.txt && test ! -e made.txt
            """);

        await _bench.ReportAsync(0);

        File.ReadAllText(Path.Combine(_bench.Workspace, "src/a.txt")).ShouldBe("original");
        File.Exists(Path.Combine(_bench.Workspace, "untracked.txt")).ShouldBeTrue();
        File.Exists(Path.Combine(_bench.Workspace, "made.txt")).ShouldBeFalse();
    }

    [Fact]
    public async Task Jobs_hand_outputs_on_and_a_matrix_runs_each_combination()
    {
        _bench.Workflow("""
            jobs:
              list:
                image: tiny
                outputs: { versions: "${{ steps.v.outputs.versions }}" }
                steps:
                  - id: v
                    run: echo 'versions=["one","two"]' >> "$STRATA_OUTPUT"
              use:
                needs: list
                image: tiny
                strategy: { matrix: { version: "${{ fromJSON(needs.list.outputs.versions) }}" } }
                steps:
                  - run: echo "version ${{ matrix.version }}" && test -n "${{ matrix.version }}"
            """);

        var report = await _bench.ReportAsync(0, "--max-parallel", "2");

        report["jobs"]!.AsArray().Select(job => (string?)job!["name"]).ShouldBe(["list", "use (one)", "use (two)"]);
        ((string?)report["jobs"]![1]!["matrix"]!["version"]).ShouldBe("one");
    }

    [Fact]
    public async Task What_one_combination_cannot_have_is_no_obstacle_for_another()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                strategy: { matrix: { os: [ubuntu-latest, windows-latest] } }
                runs-on: ${{ matrix.os }}
                steps: [{ run: "true" }]
            """);

        (await _bench.RunAsync()).ExitCode.ShouldBe(2);
        await _bench.ReportAsync(0, "--matrix", "os=ubuntu-latest");
    }

    [Fact]
    public async Task A_time_out_is_cancelled_with_the_reason_timeout()
    {
        _bench.Workflow("jobs: { slow: { image: tiny, timeout-minutes: 0.02, steps: [{ run: sleep 600 }] } }");

        var report = await _bench.ReportAsync(1);

        ((string?)report["jobs"]![0]!["status"]).ShouldBe("cancelled");
        ((string?)report["jobs"]![0]!["reason"]).ShouldBe("timeout");
    }

    [Fact]
    public async Task A_job_over_its_disk_limit_fails_although_its_only_step_ended_well()
    {
        _bench.Workflow("jobs: { a: { image: tiny, network: none, resources: { disk: 20MB }, steps: [{ run: dd if=/dev/zero of=/workspace/f bs=1M count=100 }] } }");

        var report = await _bench.ReportAsync(1);

        ((string?)report["jobs"]![0]!["reason"]).ShouldNotBeNull().ShouldContain("disk limit is 20 MB");
    }

    [Fact]
    public async Task What_is_not_executed_here_fails_where_it_could_not_be_foreseen()
    {
        _bench.Workflow("""
            jobs:
              whole: { image: tiny, network: none, if: github.run_number > 1, services: { x: { image: y } }, steps: [{ run: echo ran-without-its-service }] }
              part:
                image: tiny
                network: none
                steps:
                  - { if: github.run_number > 1, shell: pwsh, run: x }
                  - { run: "true" }
            """);
        var first = await _bench.ReportAsync(0);
        var second = await _bench.ReportAsync(1);

        (first.Status("whole"), first.Status("part")).ShouldBe(("skipped", "success"));
        (second.Status("whole"), second.Status("part")).ShouldBe(("failure", "failure"));
        second.Reason("whole").ShouldNotBeNull().ShouldContain("STR1305");
    }

    public void Dispose() => _bench.Dispose();

    private static IEnumerable<string> Statuses(JsonObject report) =>
        report["jobs"]!.AsArray().Select(job => $"{(string?)job!["id"]} {(string?)job["status"]}");

    private static string LogsOf(string data) => string.Concat(
        Directory.EnumerateFiles(Path.Combine(data, "runs"), "*", SearchOption.AllDirectories).Select(File.ReadAllText));
}
