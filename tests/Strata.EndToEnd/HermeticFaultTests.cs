using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>Hermetic steps when something goes wrong: killed runs, runs that race, jobs that are hostile.</summary>
public sealed class HermeticFaultTests : IDisposable
{
    private const string Chain = """
        - { run: 'mkdir one && cat src/a.txt > one/a && head -c 3000000 /dev/zero > one/zero', cache: { inputs: [src/**], outputs: [one/] } }
        - { run: 'mkdir two && cp one/* two/; echo n=2 >> $GITHUB_OUTPUT', cache: { inputs: [src/**, one/**], outputs: [two/] } }
        - { run: 'cat two/a two/a > three', cache: { inputs: [src/**, two/**], outputs: [three] } }
        - run: 'sha256sum one/* two/* three'
        """;

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Killed_at_any_moment_a_run_leaves_only_entries_that_a_proof_confirms()
    {
        var kills = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 60 : 8;
        _bench.Write("src/a.txt", "a\n");
        _bench.Job(Chain);
        var expected = await CleanAsync();
        var length = await LengthAsync();
        for (var kill = 1; kill <= kills; kill++)
        {
            using var run = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data);
            var ended = run.WaitForExitAsync();
            _ = run.StandardError.ReadToEndAsync();
            await Task.WhenAny(ended, Task.Delay(length * kill / kills));
            if (!ended.IsCompleted)
            {
                run.Kill();
                await ended;
            }
        }

        await ShouldBeProvenAsync(expected);
    }

    /// <summary>The durable steps of layers and records are these calls: whichever of them does not happen, what is kept is whole.</summary>
    [Theory]
    [InlineData("fsync")]
    [InlineData("fdatasync")]
    [InlineData("rename,renameat,renameat2,link,linkat")]
    [InlineData("unlink,unlinkat,rmdir")]
    [InlineData("pwrite64")]
    public async Task Killed_at_each_durable_step_a_run_leaves_only_entries_that_a_proof_confirms(string calls)
    {
        var times = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 40 : 3;
        _bench.Write("src/a.txt", "a\n");
        _bench.Job(Chain);
        var expected = await CleanAsync();
        var killed = 0;
        for (var time = 1; time <= times; time++)
        {
            _bench.Write("src/time", $"{calls} {time}"); // all is to be made again
            using var run = StrataProgram.StartKilledAt(calls, time, _bench.Workspace, "run", "--data", _bench.Data);
            var output = Task.WhenAll(run.StandardOutput.ReadToEndAsync(), run.StandardError.ReadToEndAsync());
            await run.WaitForExitAsync();
            killed += run.ExitCode == 128 + 9 ? 1 : 0;
            await _bench.StrataAsync("doctor", "--clean", "--data", _bench.Data); // ends what it left, and the tracer with it
            await output;
        }

        killed.ShouldBeGreaterThan(0);
        await ShouldBeProvenAsync(expected);
        var scrub = await _bench.StrataAsync("doctor", "--scrub", "--data", _bench.Data);
        scrub.ExitCode.ShouldBe(0, scrub.All);
    }

    [Fact]
    public async Task Two_runs_that_make_different_things_of_the_same_inputs_are_told_so_with_the_files()
    {
        _bench.Job("- { run: 'head -c 8 /dev/urandom > chance; echo same > same; sleep 3', cache: { inputs: [none], outputs: [chance, same] } }");
        await _bench.RunAsync("--no-cache"); // the base system is there: the two start at once

        var runs = await Task.WhenAll(Enumerable.Range(0, 2).Select(i => _bench.StrataAsync("run", "--data", _bench.Data, "--report", $"report{i}.json")));

        runs.ShouldAllBe(static run => run.ExitCode == 0);
        var loser = runs.Where(static run => run.Stderr.Contains("not deterministic", StringComparison.Ordinal)).ShouldHaveSingleItem();
        loser.Stderr.ShouldContain("made something else of the same inputs: chance.");
    }

    [Theory]
    [InlineData("1200 files", "mkdir dist && for i in $(seq 1200); do echo $i > dist/$i; done; ln -s 1 dist/link; chmod 0750 dist", "find dist | sort | xargs stat -c '%N %a %u:%g %h %Y' | sha256sum; cat dist/* | sha256sum")]
    [InlineData("20 MB", "mkdir dist && head -c 20000000 /dev/zero > dist/zero; echo 1 > dist/one; ln dist/one dist/other", "sha256sum dist/*; stat -c '%n %a %h %Y' dist dist/*")]
    public async Task Large_outputs_are_the_same_mounted_and_copied(string what, string made, string shown)
    {
        _bench.Write("src/a.txt", "a");
        _bench.Git("init", "-q");
        string Steps(string before) => $"""
            - run: '{before}'
            - run: {made}
              cache: {"{"} inputs: [src/**], outputs: [dist/] {"}"}
            - run: {shown}
            - run: |
                echo mounts $(grep ' /workspace ' /proc/mounts | grep -o '/lower/[^:,]*' | wc -l) $(ls -A)
                rm -f dist/1; echo new > dist/new; mv dist moved; mkdir dist; echo again > dist/x; ls moved | wc -l; cat dist/x moved/new; ls .git > /dev/null; echo kept
            - {"{"} run: 'ls moved | wc -l > count', cache: {"{"} inputs: [moved/**], outputs: [count] {"}"} {"}"}
            - run: cat count
            """;
        _bench.Job(Steps("true"));
        var missed = await _bench.RunAsync();
        var mounted = await _bench.RunAsync();
        _bench.Job(Steps("(sleep 100 > /dev/null 2>&1 &)"));
        var copied = await _bench.RunAsync();

        foreach (var run in (Outcome[])[missed, mounted, copied])
        {
            run.ExitCode.ShouldBe(0, $"{what}: {run.All}");
        }

        mounted.Lines(2).ShouldBe(missed.Lines(2));
        copied.Lines(2).ShouldBe(missed.Lines(2));
        missed.Lines(3)[0].ShouldBe("mounts 2 .git .gitignore dist src strata.yml");
        mounted.Lines(3).ShouldBe(missed.Lines(3));
        copied.Lines(3)[0].ShouldBe("mounts 1 .git .gitignore dist src strata.yml");
        copied.Lines(3).Skip(1).ShouldBe(missed.Lines(3).Skip(1));
        copied.Lines(5).ShouldBe(missed.Lines(5));
    }

    [Fact]
    public async Task Outputs_that_lead_elsewhere_overlap_or_are_fought_over_harm_nothing()
    {
        _bench.Write("src/a.txt", "a\n");
        _bench.Job("""
            - run: |
                (while :; do rm -rf away; ln -s /etc away; rm -rf dist; ln -s /root dist; mkdir -p dist 2> /dev/null; echo x > dist/x 2> /dev/null; done > /dev/null 2>&1 &)
            - { run: 'ln -s /etc/passwd away; mkdir dist; for i in $(seq 300); do echo $i > dist/$i; done', cache: { inputs: [src/**], outputs: [away, dist/] } }
            - run: |
                kill $(pidof sh) 2> /dev/null; cat /etc/passwd
            """);
        var fought = await _bench.RunAsync();
        _bench.Job("""
            - { run: 'echo b > src/a.txt; echo made > src/made; rm src/b.txt; ln -s ../../.. out', cache: { inputs: [src/**], outputs: [src/made, out] } }
            - run: cat src/a.txt src/made; readlink out
            - { run: 'true', cache: { inputs: ['no/such/*'], outputs: ['no/such/*'] } }
            """);
        _bench.Write("src/b.txt", "b\n");
        var overlapping = await _bench.RunAsync();
        var again = await _bench.RunAsync();

        fought.All.ShouldNotContain("Unhandled");
        File.Exists("/root/1").ShouldBeFalse();
        overlapping.ExitCode.ShouldBe(0, overlapping.All);
        overlapping.Stderr.ShouldContain("wrote undeclared src/a.txt, src/b.txt");
        overlapping.Stderr.ShouldContain("nothing matches the outputs no/such/*");
        overlapping.Lines(1).ShouldBe(["a", "made", "../../.."]);
        again.Lines(1).ShouldBe(["a", "made", "../../.."]);
    }

    private async Task<Outcome> CleanAsync()
    {
        var clean = await _bench.StrataAsync("run", "--data", $"{_bench.Data}-clean", "--no-cache", "--report", "report.json");
        clean.ExitCode.ShouldBe(0, clean.All);
        return clean;
    }

    private async Task<TimeSpan> LengthAsync()
    {
        var clock = Stopwatch.StartNew();
        await CleanAsync();
        return clock.Elapsed;
    }

    private async Task ShouldBeProvenAsync(Outcome expected)
    {
        var last = await _bench.RunAsync();
        last.ExitCode.ShouldBe(0, last.All);
        Sums(last).ShouldBe(Sums(expected));
        var proved = await _bench.RunAsync("--verify", "100%", "--verify-strict");
        proved.ExitCode.ShouldBe(0, proved.All);
        _bench.Report()["verify"]!["sampled"]!.GetValue<int>().ShouldBe(3);
        Sums(proved).ShouldBe(Sums(expected));
        Directory.Delete($"{_bench.Data}-clean", recursive: true);
    }

    private static string[] Sums(Outcome outcome) => outcome.Lines(3);
}
