using System.Diagnostics;

namespace Strata.EndToEnd;

/// <summary>Another OCI runtime than the one that scripts install: jobs come to the same.</summary>
public sealed class RuntimeTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task With_runc_steps_outputs_caches_artifacts_limits_and_failures_are_the_same()
    {
        UseRunc();
        _bench.Workflow("""
            jobs:
              make:
                image: tiny
                network: none
                resources: { memory: 64MiB, pids: 64 }
                outputs: { word: "${{ steps.w.outputs.word }}" }
                steps:
                  - { id: w, run: 'echo word=said >> $GITHUB_OUTPUT; grep -q "^Seccomp:.2" /proc/self/status; ! grep -q "^ *0 *0 " /proc/self/uid_map' }
                  - { run: 'mkdir o; echo 1 > o/f; (sleep 100 > /dev/null 2>&1 &)' }
                  - { run: 'cat o/f > out', cache: { inputs: [o/**], outputs: [out] } }
                  - { run: 'exit 7', continue-on-error: true }
                artifacts: [{ name: out, path: out }]
              use:
                image: tiny
                needs: make
                artifacts-from: { out: x/ }
                steps: [{ run: 'test "${{ needs.make.outputs.word }}" = said && cat x/out && test $(grep -c : /proc/net/dev) -gt 1' }]
            """);
        var first = await _bench.RunAsync();
        first.ExitCode.ShouldBe(0, first.All);
        first.Stderr.ShouldContain("exit code 7");
        ((string?)(await _bench.ReportAsync(0)).Job("make")["steps"]![2]!["cache"]!["outcome"]).ShouldBe("hit");

        var doctor = await _bench.StrataAsync("doctor", "--data", _bench.Data);
        doctor.Stdout.ShouldContain("/runc: runc version");
    }

    [Fact]
    public async Task With_runc_a_cancelled_job_leaves_nothing()
    {
        UseRunc();
        _bench.Workflow("jobs: { job: { image: tiny, network: none, timeout-minutes: 0.05, steps: [run: sleep 600] } }");
        var clock = Stopwatch.StartNew();

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.Stderr.ShouldContain("time-out");
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromMinutes(1));
        Directory.EnumerateFileSystemEntries(Path.Combine(_bench.Data, "live")).ShouldBeEmpty();
    }

    private void UseRunc()
    {
        Directory.CreateDirectory(_bench.Data);
        File.WriteAllText(Path.Combine(_bench.Data, "config.yml"), "runtime: runc\n");
    }
}
