using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>Steps with <c>cache:</c>: what they see, what a hit is, and what proves it.</summary>
public sealed class HermeticStepTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_hit_is_as_a_clean_run_in_files_effects_summary_and_log()
    {
        _bench.Write("src/a.txt", "hello\n");
        File.SetLastWriteTimeUtc(Path.Combine(_bench.Workspace, "src/a.txt"), DateTime.UnixEpoch.AddSeconds(1_700_000_000));
        _bench.Job("""
            - run: mkdir -p gen dist/old && echo generated > gen/g.txt && echo stale > dist/old/stale
            - id: compile
              run: |
                test ! -e dist || exit 7
                mkdir -p dist/deep && cat src/a.txt gen/g.txt > dist/out.txt
                ln dist/out.txt dist/hard; ln -s out.txt dist/soft; chmod 0751 dist/deep; chmod 4755 dist/out.txt
                echo made=yes >> $GITHUB_OUTPUT; echo FROM_STEP=set >> $GITHUB_ENV; echo /opt/step >> $GITHUB_PATH; echo '# done' >> $GITHUB_STEP_SUMMARY
                echo "::warning file=src/a.txt,line=1::careful"; echo "to the log"
              cache: { inputs: [src/**, gen/**], outputs: [dist/] }
            - run: |
                find dist | sort | xargs stat -c '%N %a %u:%g %h %Y'
                cat dist/out.txt; echo "made=${{ steps.compile.outputs.made }} FROM_STEP=$FROM_STEP"; echo "$PATH"
            """);

        var (missed, miss) = await RunAsync();
        var (repeated, hit) = await RunAsync();

        miss.StepCache(1)["outcome"]!.GetValue<string>().ShouldBe("miss");
        hit.StepCache(1)["outcome"]!.GetValue<string>().ShouldBe("hit", repeated.All);
        hit.StepCache(1)["key"]!.GetValue<string>().ShouldBe(miss.StepCache(1)["key"]!.GetValue<string>());
        hit["jobs"]![0]!["steps"]![1]!["outputs"]!.ToJsonString().ShouldBe("""{"made":"yes"}""");
        Shown(missed, 2).ShouldBe(Shown(repeated, 2));
        Shown(repeated, 2).ShouldContain("'dist/soft' -> 'out.txt'");
        Shown(repeated, 2).ShouldContain("dist/out.txt 4755 0:0 2 1700000000");
        Shown(repeated, 2).ShouldNotContain("stale");
        Shown(repeated, 2).ShouldContain("made=yes FROM_STEP=set");
        Shown(repeated, 2).ShouldContain("/opt/step:");
        repeated.Stderr.ShouldContain("warning: src/a.txt:1: careful");
        repeated.Stderr.ShouldContain("to the log");
        repeated.Stderr.ShouldContain("cached: outputs and log of run");
        Summary(hit).ShouldBe(Summary(miss));
    }

    [Fact]
    public async Task Only_declared_inputs_count_and_any_of_them_does()
    {
        _bench.Write("src/a.txt", "1");
        _bench.Write("other.txt", "1");
        _bench.Job("- { run: 'cat src/a.txt > out', cache: { inputs: [src/**], outputs: [out] } }");
        await RunAsync();

        _bench.Write("other.txt", "2");
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("hit");
        File.SetLastWriteTimeUtc(Path.Combine(_bench.Workspace, "src/a.txt"), DateTime.UnixEpoch);
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("hit");
        _bench.Write("src/a.txt", "2");
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("miss");
        File.SetUnixFileMode(Path.Combine(_bench.Workspace, "src/a.txt"), (UnixFileMode)0b111_101_101);
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("miss");
        _bench.Write("src/b.txt", "");
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("miss");
        File.Delete(Path.Combine(_bench.Workspace, "src/b.txt"));
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("hit");
    }

    [Theory]
    [InlineData("command", "run: 'echo 1 > out'", "run: 'echo 1  > out'")]
    [InlineData("own env", "run: 'echo 1 > out', env: { A: '1' }", "run: 'echo 1 > out', env: { A: '2' }")]
    [InlineData("shell", "run: 'echo 1 > out', shell: sh", "run: 'echo 1 > out', shell: 'sh -eu {0}'")]
    [InlineData("directory", "run: 'echo 1 > /workspace/out', working-directory: src", "run: 'echo 1 > /workspace/out', working-directory: /tmp")]
    public async Task What_the_key_is_made_of_counts(string what, string before, string after)
    {
        _bench.Write("src/a.txt", "1");
        _bench.Job($"- {{ {before}, cache: {{ inputs: [src/**], outputs: [out] }} }}");
        await RunAsync();
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("hit", what);
        _bench.Job($"- {{ {after}, cache: {{ inputs: [src/**], outputs: [out] }} }}");
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("miss", what);
    }

    [Fact]
    public async Task Pitfall_14_a_variable_of_the_job_counts_only_where_it_is_listed()
    {
        const string Steps = """
            - { run: 'echo "$MODE" > out', cache: { inputs: [none], outputs: [out], env: [MODE] } }
            - { run: 'echo "${MODE-unset}" > seen; cat seen', cache: { inputs: [none], outputs: [seen] } }
            """;
        _bench.Job(Steps, "env: { MODE: a }, ");
        var (first, _) = await RunAsync();
        _bench.Job(Steps, "env: { MODE: b }, ");
        var (explained, second) = await RunAsync("--explain");
        var stats = await _bench.StrataAsync("cache", "stats", "--data", _bench.Data, "--json");

        second.StepOutcome(0).ShouldBe("miss");
        explained.Stderr.ShouldContain("not cached (env): ");
        explained.Stderr.ShouldContain("    env MODE: \"a\" → \"b\"");
        second.StepOutcome(1).ShouldBe("hit");
        JsonNode.Parse(stats.Stdout)!["caches"]!.AsArray().ShouldAllBe(step => (long)step!["spentMs"]! > 0); // saving takes time
        Shown(first, 1).ShouldContain("unset");
    }

    [Fact]
    public async Task What_a_hit_saves_is_not_also_said_of_the_caches_of_its_job()
    {
        _bench.Job("""
            - { run: mkdir -p ~/c && touch ~/c/f }
            - { run: sleep 2; echo done > out, cache: { inputs: [none], outputs: [out] } }
            """, "caches: [{ paths: [~/c], key: k }], ");
        await RunAsync();
        var (_, second) = await RunAsync();
        var stats = await _bench.StrataAsync("cache", "stats", "--data", _bench.Data, "--json");

        (second.Cache().Outcome, second.StepOutcome(1)).ShouldBe(("hit", "hit"));
        var saved = JsonNode.Parse(stats.Stdout)!["caches"]!.AsArray().ToDictionary(static cache => (string)cache!["kind"]!, static cache => (SavedMs: (long)cache!["savedMs"]!, Measured: (long)cache["measured"]!));
        saved["step"].SavedMs.ShouldBeGreaterThanOrEqualTo(2_000);
        (saved["dependency"].SavedMs < 1_000, saved["dependency"].Measured).ShouldBe((true, 1));
    }

    [Theory]
    [InlineData("a file", "cat secret.txt > out 2>/dev/null || echo none > out")]
    [InlineData("a variable", "echo \"${UNDECLARED-none}\" > out")]
    [InlineData("the network", "(wget -q -T 2 -O - http://192.0.2.1/ || ip addr | grep -c 'scope global' || true) > out; head -c 1 out | grep -q 0 && echo none > out || true; echo none > out")]
    [InlineData("a tool an earlier step installed", "(command -v late-tool || echo none) > out")]
    [InlineData("the locale", "echo \"$LANG $LC_ALL\" > out; echo none > out")]
    [InlineData("a path an earlier step added", "echo \"$PATH\" | grep -q late && echo late > out || echo none > out")]
    [InlineData("the host name", "hostname | grep -v '^hermetic$' > out || echo none > out")]
    [InlineData("the user", "[ \"$(id -u):$(id -g)\" = 0:0 ] && echo none > out || echo other > out")]
    [InlineData("the umask", "umask > out; grep -q '^0*22$' out && echo none > out")]
    [InlineData("standard input", "cat > out; [ -s out ] || echo none > out")]
    [InlineData("an earlier step's home", "cat /root/.npmrc > out 2>/dev/null || echo none > out")]
    [InlineData("the run", "env | grep -E 'RUN_ID|RUN_NUMBER|GITHUB_SHA|GITHUB_REF' > out || echo none > out")]
    [InlineData("the age of its inputs", "age=$(stat -c %Y src/a.txt . | sort -u); [ \"$age\" = 315532800 ] && echo none > out || echo \"$age\" > out")]
    public async Task What_is_not_declared_cannot_be_seen(string what, string script)
    {
        _bench.Write("src/a.txt", "a");
        _bench.Write("secret.txt", "not declared");
        _bench.Job($$"""
            - run: |
                mkdir -p /usr/local/bin && printf '#!/bin/sh\n' > /usr/local/bin/late-tool && chmod +x /usr/local/bin/late-tool
                echo token > /root/.npmrc; echo /late >> $GITHUB_PATH; echo UNDECLARED=seen >> $GITHUB_ENV; echo LANG=de_DE >> $GITHUB_ENV
            - run: |
                {{script.Replace("\n", "\n    ", StringComparison.Ordinal)}}
              cache: { inputs: [src/**], outputs: [out] }
            - run: cat out
            """);

        var (outcome, _) = await RunAsync();

        Shown(outcome, 2).Trim().ShouldBe("none", what);
    }

    [Fact]
    public async Task What_changes_by_itself_is_found_by_a_proof_and_its_entry_is_not_used_again()
    {
        _bench.Job("- { run: 'head -c 8 /dev/urandom > out; cat /proc/sys/kernel/random/uuid > other', name: chance, cache: { inputs: [none], outputs: [out, other] } }");
        await RunAsync();
        var (proved, report) = await RunAsync("--verify", "100%");

        var verify = report["verify"]!;
        verify["sampled"]!.GetValue<int>().ShouldBe(1, proved.All);
        verify["differing"]!.GetValue<int>().ShouldBe(1);
        verify["differences"]![0]!["paths"]!.AsArray().Select(p => p!.GetValue<string>()).ShouldBe(["other", "out"]);
        verify["differences"]![0]!["step"]!.GetValue<string>().ShouldBe("chance");
        proved.Stderr.ShouldContain("Its key is in quarantine");
        for (var round = 0; round < 2; round++)
        {
            var (_, after) = await RunAsync();
            after.StepOutcome(0).ShouldBe("miss");
            after.StepCache(0)["reason"]!.GetValue<string>().ShouldContain("a proof failed in run");
        }
    }

    [Fact]
    public async Task A_failed_proof_fails_a_strict_run_and_takes_along_what_stands_on_the_hit()
    {
        _bench.Job("""
            - { run: 'head -c 8 /dev/urandom > out', name: chance, cache: { inputs: [none], outputs: [out] } }
            - { run: 'wc -c < out > size', name: size, cache: { inputs: [out], outputs: [size] } }
            - { run: 'echo 1 > honest', name: honest, cache: { inputs: [none], outputs: [honest] } }
            """);
        await RunAsync();
        var strict = await _bench.RunAsync("--verify", "100%", "--verify-strict");

        strict.ExitCode.ShouldBe(1, strict.All);
        var report = _bench.Report();
        report["status"]!.GetValue<string>().ShouldBe("failure");
        report["verify"]!["differing"]!.GetValue<int>().ShouldBe(1);
        strict.Stderr.ShouldContain("With it go 2 cache entries that stand on it"); // what was published after it in the job, too
        var entries = System.Text.Json.Nodes.JsonNode.Parse((await _bench.StrataAsync("cache", "ls", "--all", "--json", "--data", _bench.Data)).Stdout)!;
        entries.ToJsonString().Split("\"quarantined\"").Length.ShouldBe(4, entries.ToJsonString());
    }

    [Fact]
    public async Task A_proof_of_honest_steps_raises_no_alarm_and_gives_a_bound()
    {
        _bench.Write("src/a.txt", "a");
        _bench.Job("""
            - { run: 'mkdir dist; cp src/a.txt dist/; tar cf dist/a.tar src', cache: { inputs: [src/**], outputs: [dist/] } }
            - { run: 'wc -c < src/a.txt > count; echo "n=$(cat count)" >> $GITHUB_OUTPUT; date', cache: { inputs: [src/**], outputs: [count] } }
            - { run: 'echo $SOURCE_DATE_EPOCH > time; date +%s -r src/a.txt >> time', env: { SOURCE_DATE_EPOCH: '1000000000' }, cache: { inputs: [src/**], outputs: [time] } }
            - { run: 'mktemp -p /tmp x.XXXXXX; echo "# fine" >> $GITHUB_STEP_SUMMARY', cache: { inputs: [none], outputs: [none-either] } }
            """);
        await RunAsync();
        var (outcome, report) = await RunAsync("--verify", "100%", "--verify-strict");

        var verify = report["verify"]!;
        verify["sampled"]!.GetValue<int>().ShouldBe(4, outcome.All);
        verify["differing"]!.GetValue<int>().ShouldBe(0, outcome.All);
        verify["bound"]!.GetValue<double>().ShouldBe(0.75, 0.001);
    }

    [Theory]
    [InlineData("")]
    [InlineData(", outputs: []")]
    public async Task A_step_that_makes_no_files_needs_no_outputs(string outputs)
    {
        _bench.Write("a.txt", "1");
        _bench.Job($$"""
            - { run: 'grep 1 a.txt; echo 2 > left', cache: { inputs: [a.txt]{{outputs}} } }
            - run: ls
            """);
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("miss");

        var (outcome, report) = await RunAsync();

        report.StepOutcome(0).ShouldBe("hit", outcome.All);
        Shown(outcome, 1).ShouldNotContain("left");
        _bench.Write("a.txt", "12");
        (await RunAsync()).Report.StepOutcome(0).ShouldBe("miss");
        _bench.Write("a.txt", "2");
        (await _bench.RunAsync()).ExitCode.ShouldBe(1);
    }

    [Fact]
    public async Task What_was_written_elsewhere_is_dropped_and_named()
    {
        _bench.Job("""
            - { run: 'echo 1 > out; echo 2 > junk.txt; mkdir -p sub; echo 3 > sub/more; echo 4 > /root/left; echo 5 > /tmp/nobody-minds', cache: { inputs: [none], outputs: [out] } }
            - run: ls /workspace /root
            """);

        var (outcome, _) = await RunAsync();

        outcome.Stderr.ShouldContain("wrote undeclared junk.txt, sub/more, /root/left:");
        Shown(outcome, 1).ShouldContain("out");
        Shown(outcome, 1).ShouldNotContain("junk");
        Shown(outcome, 1).ShouldNotContain("left");
    }

    [Fact]
    public async Task A_step_that_fails_is_not_kept_and_is_told_what_it_could_not_see()
    {
        _bench.Job("""
            - run: mkdir -p /usr/local/bin && printf '#!/bin/sh\necho tool\n' > /usr/local/bin/late-tool && chmod +x /usr/local/bin/late-tool
            - { run: 'echo partial > out; late-tool', cache: { inputs: [none], outputs: [out] } }
            - { run: cat out, if: always() }
            """);

        var first = await _bench.RunAsync();
        var second = await _bench.RunAsync();

        first.ExitCode.ShouldBe(1, first.All);
        second.Stderr.ShouldNotContain("cached: outputs");
        first.Stderr.ShouldContain("What earlier steps changed outside the workspace is not there: /usr/local/bin/late-tool");
        Shown(first, 2).ShouldContain("partial");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData(", trace-on-failure: false", false)]
    public async Task A_step_that_fails_is_run_once_more_to_name_what_it_missed(string more, bool isNamed)
    {
        _bench.Write("src/a.txt", "a");
        _bench.Write("config/tool.json", "{}");
        _bench.Job($$"""
            - run: mkdir -p /usr/local/bin && printf '#!/bin/sh\necho tool\n' > /usr/local/bin/late-tool && chmod +x /usr/local/bin/late-tool
            - { run: 'late-tool || true; cd src; cat nowhere ../config/tool.json > ../out', cache: { inputs: [src/**], outputs: [out]{{more}} } }
            """);

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.Stderr.Contains("not declared: it looked for config/tool.json, which the workspace has", StringComparison.Ordinal).ShouldBe(isNamed, outcome.All);
        outcome.Stderr.Contains("not in the image: it looked for /usr/local/bin/late-tool,", StringComparison.Ordinal).ShouldBe(isNamed, outcome.All);
    }

    [Fact]
    public async Task Inputs_are_suggested_from_what_a_step_reads()
    {
        _bench.Write("src/a.txt", "a");
        _bench.Write("src/b.txt", "b");
        _bench.Write("lib/used.txt", "u");
        _bench.Write("lib/unused.txt", "-");
        _bench.Job("- { run: 'cat src/*.txt lib/used.txt > out', id: pack, cache: { inputs: [\"**\"], outputs: [out] } }");

        var outcome = await _bench.RunAsync("--suggest-inputs", "pack");
        var unknown = await _bench.RunAsync("--suggest-inputs", "nothing");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain("inputs: [lib/used.txt, src/**]");
        unknown.ExitCode.ShouldBe(2);
        unknown.Stderr.ShouldContain("STR1605");
    }

    [Fact]
    public async Task Without_caches_it_runs_the_same_way_and_keeps_nothing()
    {
        _bench.Write("secret.txt", "not declared");
        _bench.Job("- { run: 'cat secret.txt > out 2> /dev/null || echo none > out; cat out', cache: { inputs: [none], outputs: [out] } }");

        var (outcome, report) = await RunAsync("--no-cache");
        var (_, after) = await RunAsync();

        report.StepOutcome(0).ShouldBe("off");
        Shown(outcome, 0).Trim().ShouldEndWith("none");
        after.StepOutcome(0).ShouldBe("miss");
    }

    [Fact]
    public async Task A_chain_runs_only_what_depends_on_what_changed_and_stops_where_nothing_does()
    {
        _bench.Write("src/a.txt", "1");
        _bench.Write("src/b.txt", "1");
        _bench.Job("""
            - { run: 'head -c 1 src/a.txt > a', cache: { inputs: [src/a.txt], outputs: [a] } }
            - { run: 'cat src/b.txt > b', cache: { inputs: [src/b.txt], outputs: [b] } }
            - { run: 'cat a a > aa', cache: { inputs: [a], outputs: [aa] } }
            - { run: 'cat aa b > all', cache: { inputs: [aa, b], outputs: [all] } }
            """);
        await RunAsync();

        _bench.Write("src/b.txt", "2");
        Outcomes((await RunAsync()).Report).ShouldBe(["hit", "miss", "hit", "miss"]);
        _bench.Write("src/a.txt", "1 and something that does not get through");
        Outcomes((await RunAsync()).Report).ShouldBe(["miss", "hit", "hit", "hit"]);
    }

    [Fact]
    public async Task A_value_that_was_masked_or_is_a_secret_keeps_a_step_from_being_kept()
    {
        _bench.Job("""
            - { run: 'echo "::add-mask::value-of-its-own"; echo 1 > out', cache: { inputs: [none], outputs: [out] } }
            - { run: 'printf "super-%s-value" secret > leak', cache: { inputs: [none], outputs: [leak] } }
            """);

        var (first, _) = await RunAsync("--secret", "TOKEN=super-secret-value");
        var (second, report) = await RunAsync("--secret", "TOKEN=super-secret-value");

        Outcomes(report).ShouldBe(["miss", "miss"], second.All);
        first.Stderr.ShouldContain("add-mask");
        first.Stderr.ShouldContain("leak");
        first.All.ShouldNotContain("super-secret-value");
    }

    [Fact]
    public async Task A_step_that_uses_a_secret_is_refused_before_anything_runs()
    {
        _bench.Job("- { run: 'echo ${{ secrets.TOKEN }}', cache: { inputs: [none], outputs: [out] } }");

        var outcome = await _bench.RunAsync("--secret", "TOKEN=super-secret-value");

        outcome.ExitCode.ShouldBe(2, outcome.All);
        outcome.Stderr.ShouldContain("STR2111");
    }

    [Fact]
    public async Task A_cache_is_seen_only_where_it_is_named_and_counts_by_what_is_in_it()
    {
        const string Workflow = """
            caches:
              store: { paths: [~/store], key: store, save: never }
            jobs:
              job:
                image: tiny
                network: none
                caches: [store]
                steps:
                  - run: mkdir -p ~/store && echo VALUE > ~/store/v && date > ~/elsewhere
                  - { run: 'cat ~/store/v > out; ls ~ >> out; cat out', cache: { inputs: [none], outputs: [out], caches: [store] } }
                  - { run: 'cat ~/store/v > blind 2>&1 || echo none > blind; cat blind', cache: { inputs: [none], outputs: [blind] } }
            """;
        _bench.Workflow(Workflow.Replace("VALUE", "one", StringComparison.Ordinal));
        var (first, _) = await RunAsync();
        var (_, second) = await RunAsync();
        _bench.Workflow(Workflow.Replace("VALUE", "two", StringComparison.Ordinal));
        var (_, third) = await RunAsync();

        Shown(first, 1).ShouldContain("one");
        Shown(first, 1).ShouldNotContain("elsewhere");
        Shown(first, 2).ShouldContain("none");
        Outcomes(second).Skip(1).ShouldBe(["hit", "hit"]);
        Outcomes(third).Skip(1).ShouldBe(["miss", "hit"]);
    }

    [Fact]
    public async Task A_run_that_was_killed_goes_on_with_hits()
    {
        _bench.Job("""
            - { run: 'echo 1 > one', cache: { inputs: [none], outputs: [one] } }
            - { run: 'cat one > two', cache: { inputs: [one], outputs: [two] } }
            - run: 'test -e /workspace/go || sleep 600'
            """);
        using (var killed = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data))
        {
            while (await killed.StandardError.ReadLineAsync() is { } line && !line.Contains("▸ Run test -e", StringComparison.Ordinal))
            {
            }

            killed.Kill();
            await killed.WaitForExitAsync();
        }

        _bench.Write("go", "");
        Outcomes((await RunAsync()).Report).Take(2).ShouldBe(["hit", "hit"]);
    }

    [Fact]
    public async Task What_a_hit_replaces_is_replaced_as_a_whole_also_where_the_source_has_it()
    {
        _bench.Write("dist/of-the-source", "old");
        _bench.Write("lib/keep.c", "kept");
        _bench.Write("lib/stale.o", "stale");
        _bench.Job("""
            - { run: 'mkdir -p dist lib && echo 1 > dist/new && echo 2 > lib/a.o', cache: { inputs: [none], outputs: [dist/, lib/*.o] } }
            - run: find dist lib | sort
            """);
        var (missed, _) = await RunAsync();
        var (repeated, report) = await RunAsync();

        report.StepOutcome(0).ShouldBe("hit");
        Shown(repeated, 1).Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).ShouldBe(["dist", "dist/new", "lib", "lib/a.o", "lib/keep.c"]);
        Shown(missed, 1).ShouldBe(Shown(repeated, 1));
    }

    private async Task<(Outcome Outcome, JsonObject Report)> RunAsync(params string[] arguments)
    {
        var outcome = await _bench.RunAsync(arguments);
        outcome.ExitCode.ShouldBe(0, outcome.All);
        return (outcome, _bench.Report());
    }

    private static List<string?> Outcomes(JsonObject report) =>
        [.. report["jobs"]![0]!["steps"]!.AsArray().Select(step => step!["cache"]?["outcome"]?.GetValue<string>())];

    private static string Shown(Outcome outcome, int step) => string.Join('\n', outcome.Lines(step));

    private string Summary(JsonObject report) => string.Concat(
        Directory.EnumerateFiles(Path.Combine(_bench.Data, "runs", report["runId"]!.GetValue<string>()), "summary.md", SearchOption.AllDirectories).Select(File.ReadAllText));
}
