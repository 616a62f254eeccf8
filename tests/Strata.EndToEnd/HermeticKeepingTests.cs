using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>Hermetic steps that succeed and yet are not to be kept, and what is told of those that lack something.</summary>
public sealed class HermeticKeepingTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Outputs_written_as_lines_are_all_absent_at_the_start()
    {
        _bench.Write("build/old", "committed");
        _bench.Job("""
            - run: mkdir -p dist && echo stale > dist/stale
            - run: |
                ls dist build 2>/dev/null && exit 7
                mkdir dist build && echo 1 > dist/new && echo 2 > build/new
              cache:
                inputs: [src/**, build/**, dist/**]
                outputs: [ "dist/\nbuild/" ]
            - run: ls dist build
            """);

        (await _bench.ReportAsync(0)).StepOutcome(1).ShouldBe("miss");
        var (second, report) = (await _bench.RunAsync(), _bench.Report());
        report.StepOutcome(1).ShouldBe("hit", second.All);
    }

    [Fact]
    public async Task A_step_of_which_a_process_was_killed_for_memory_is_not_kept()
    {
        _bench.Job("- { run: '(head -c 300000000 /dev/zero | tail) > /dev/null || true; echo 1 > out', cache: { inputs: [none], outputs: [out] } }", "resources: { memory: 64MiB }");

        var first = await _bench.RunAsync();
        first.ExitCode.ShouldBe(0, first.All);
        first.Stderr.ShouldContain("a process of the step was killed for memory");
        (await _bench.ReportAsync(0)).StepOutcome(0).ShouldBe("miss");
    }

    [Fact]
    public async Task A_masked_value_that_a_step_hands_on_keeps_it_from_being_kept()
    {
        _bench.Job("""
            - run: mkdir cfg && printf masked-token-value > cfg/t && echo "::add-mask::masked-token-value"
            - { run: 'echo "a=$(base64 cfg/t)" >> $GITHUB_OUTPUT', cache: { inputs: [cfg/**] } }
            """);

        var first = await _bench.RunAsync();
        first.ExitCode.ShouldBe(0, first.All);
        first.Stderr.ShouldContain("contains a value that is masked");
        (await _bench.ReportAsync(0)).StepOutcome(1).ShouldBe("miss");
    }

    [Fact]
    public async Task What_was_written_elsewhere_is_named_beside_however_many_outputs()
    {
        _bench.Job("""
            - { run: 'mkdir dist empty; for i in $(seq 1200); do : > dist/$i; done; echo 1 > report.xml', cache: { inputs: [none], outputs: [dist/, empty/] } }
            """);

        (await _bench.RunAsync()).Stderr.ShouldContain("wrote undeclared report.xml:");
    }

    [Fact]
    public async Task What_it_missed_is_named_after_however_much_else_it_looked_for()
    {
        _bench.Write("wanted.txt", "1");
        _bench.Job("- { run: 'i=0; while [ $i -lt 2500 ]; do [ -e none$i ] || :; i=$((i+1)); done; cat wanted.txt', cache: { inputs: [none] } }");

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.Stderr.ShouldContain("not declared: it looked for wanted.txt,");
    }

    [Fact]
    public async Task Suggested_inputs_name_links_and_what_was_only_asked_about()
    {
        _bench.Write("sub/real.txt", "1");
        _bench.Write("sub/unused.txt", "1");
        _bench.Write("tool.json", "{}");
        File.CreateSymbolicLink(Path.Combine(_bench.Workspace, "link.txt"), "sub/real.txt");
        _bench.Job("- { run: '[ -f tool.json ] && cat link.txt && cd sub', id: s, cache: { inputs: [\"**\"] } }");

        (await _bench.RunAsync("--suggest-inputs", "s")).Stderr.ShouldContain("inputs: [link.txt, sub/real.txt, tool.json]");
    }

    [Fact]
    public async Task A_named_cache_brings_the_variables_of_its_preset_and_may_be_written()
    {
        _bench.Workflow("""
            caches:
              ccache: { preset: ccache }
            jobs:
              job:
                image: tiny
                network: none
                caches: [ccache]
                steps:
                  - { run: 'echo "$CCACHE_DIR" > out; mkdir -p $CCACHE_DIR && echo 1 > $CCACHE_DIR/new', cache: { inputs: [none], outputs: [out], caches: [ccache] } }
                  - { run: 'echo "${CCACHE_DIR-unset}" > blind', cache: { inputs: [none], outputs: [blind] } }
                  - run: 'test "$(cat out)" = "$CCACHE_DIR" && test "$(cat blind)" = unset'
            """);

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldNotContain("wrote undeclared");
    }

    [Theory]
    [InlineData("image: tiny", "image: other")]
    [InlineData("outputs: [out]", "outputs: [out, more]")]
    public async Task What_the_step_stands_on_counts(string before, string after)
    {
        const string Workflow = """
            images:
              tiny: { from: "rootfs:tiny.tar" }
              other: { from: images.tiny, steps: [run: echo 1 > /etc/other] }
            jobs: { job: { image: tiny, steps: [{ run: 'echo 1 > out', cache: { inputs: [none], outputs: [out] } }], network: none } }
            """;
        _bench.Write("strata.yml", Workflow);
        await _bench.ReportAsync(0);
        (await _bench.ReportAsync(0)).StepOutcome(0).ShouldBe("hit");
        _bench.Write("strata.yml", Workflow.Replace(before, after, StringComparison.Ordinal));
        (await _bench.ReportAsync(0)).StepOutcome(0).ShouldBe("miss");
    }

    [Fact]
    public async Task It_has_no_network_where_its_job_has()
    {
        _bench.Workflow("""
            jobs:
              job:
                image: tiny
                steps:
                  - run: 'test $(grep -c : /proc/net/dev) -gt 1'
                  - { run: 'test $(grep -c : /proc/net/dev) = 1', cache: { inputs: [none] } }
            """);

        await _bench.ReportAsync(0);
    }

    [Fact]
    public async Task Steps_that_always_run_do_so_after_a_time_out_of_the_job()
    {
        _bench.Job("""
            - { run: 'echo 1 > out', cache: { inputs: [none], outputs: [out] }, if: always() }
            - { run: 'test "$GO" = yes || sleep 60', env: { GO: "${{ vars.GO }}" } }
            - { run: 'cat out > again', cache: { inputs: [out], outputs: [again] }, if: always() }
            - { run: 'cat again && echo reached', if: always() }
            """, "timeout-minutes: 0.03");
        await _bench.RunAsync("--var", "GO=yes");

        var outcome = await _bench.RunAsync("--var", "GO=no");

        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.Stderr.ShouldContain("[job]   reached");
    }

    [Fact]
    public async Task The_time_limit_of_a_step_is_for_its_command()
    {
        _bench.Job("- { run: 'sleep 2; mkdir dist; for i in $(seq 4000); do echo $i > dist/$i; done', timeout-minutes: 0.05, cache: { inputs: [none], outputs: [dist/] } }");
        var first = await _bench.RunAsync();

        if (first.ExitCode == 0)
        {
            (await _bench.ReportAsync(0)).StepOutcome(0).ShouldBe("hit");
        }
        else
        {
            first.Stderr.ShouldContain("timed out after 0.05 min"); // the command itself, on a slow machine
        }
    }

    [Fact]
    public async Task The_time_that_a_hit_saves_is_told()
    {
        _bench.Job("- { run: 'sleep 1.5; echo 1 > out', cache: { inputs: [none], outputs: [out] } }");
        await _bench.ReportAsync(0);

        var hit = await _bench.RunAsync();

        hit.Stderr.ShouldMatch(@"it took 1\.[5-9] s, saved 1\.\d s|it took [2-9]\.\d s, saved [1-9]\.\d s");
        ((long)_bench.Report().Job()["steps"]![0]!["cache"]!["savedMs"]!).ShouldBeGreaterThan(500);
    }

    [Fact]
    public async Task A_fork_has_its_own_entries_and_protected_runs_none_of_them()
    {
        _bench.Job("- { run: 'echo 1 > out', cache: { inputs: [none], outputs: [out] } }");
        (await _bench.ReportAsync(0, "--trust", "fork", "--ref", "refs/pull/1/merge")).StepOutcome(0).ShouldBe("miss");
        (await _bench.ReportAsync(0, "--trust", "fork", "--ref", "refs/pull/1/merge")).StepOutcome(0).ShouldBe("hit");
        (await _bench.ReportAsync(0)).StepOutcome(0).ShouldBe("miss");
    }
}
