using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>Images built from YAML: what is reused, what is built again, and for whom.</summary>
public sealed partial class ImageBuildTests : IDisposable
{
    private const string ToolBuild = """
          tool:
            from: images.tiny
            env: { GREETING: hello }
            args: { NAME: world }
            steps:
              - run: mkdir -p /opt && echo "$GREETING" > /opt/greeting
              - copy: { from: tools/, to: /opt/tools/ }
              - workdir: /opt/work
              - env: { LATE: "1" }
              - run: echo "$LATE $NAME $PWD" > late.txt

        """;

    private const string UseTool = "jobs: { a: { image: tool, network: none, steps: [{ run: 'cat /opt/greeting /opt/tools/sub/x.sh; cat /opt/work/late.txt; echo $LATE' }] } }";

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task An_image_is_built_step_by_step_and_then_reused()
    {
        _bench.Workflow(ToolBuild + UseTool);
        _bench.Write("tools/sub/x.sh", "echo x\n");

        var first = await _bench.RunAsync();
        first.ExitCode.ShouldBe(0, first.All);
        var built = Layers(_bench.Report());
        var second = await _bench.RunAsync("--explain");
        second.ExitCode.ShouldBe(0, second.All);
        var reused = Layers(_bench.Report());

        first.Stderr.ShouldContain("hello");
        first.Stderr.ShouldContain("echo x");
        first.Stderr.ShouldContain("1 world /opt/work");
        built.Where(l => l.Key is not null).Select(l => l.Outcome).ShouldBe(["built", "built", "built", "built"]);
        reused.Where(l => l.Key is not null).Select(l => l.Outcome).ShouldBe(["reused", "reused", "reused", "reused"]);
        reused.Select(l => (l.Key, l.Digest)).ShouldBe(built.Select(l => (l.Key, l.Digest)));
        second.Stderr.ShouldContain("no input changed");
        var counters = await _bench.StrataAsync("cache", "stats", "--prometheus", "--data", _bench.Data);
        counters.Stdout.ShouldContain("cache_hits_total{type=\"image\"} 4\n");
        counters.Stdout.ShouldContain("cache_misses_total{type=\"image\"} 4\n");
    }

    [Fact]
    public async Task Only_what_an_input_changed_is_built_again_and_the_change_is_named()
    {
        _bench.Workflow(ToolBuild + UseTool);
        _bench.Write("tools/sub/x.sh", "echo x\n");
        await _bench.ReportAsync(0);

        _bench.Write("tools/sub/x.sh", "echo y\n");
        _bench.Write("unrelated.txt", "nothing copies it");
        var outcome = await _bench.RunAsync("--explain");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        Layers(_bench.Report()).Where(l => l.Key is not null).Select(l => l.Outcome).ShouldBe(["reused", "built", "built", "built"]);
        outcome.Stderr.ShouldContain("file /opt/tools/sub/x.sh");
        outcome.Stderr.ShouldContain("layers below");

        _bench.Workflow(ToolBuild.Replace("$LATE $NAME", "$NAME $LATE", StringComparison.Ordinal) + UseTool);
        outcome = await _bench.RunAsync();
        Layers(_bench.Report()).Where(l => l.Key is not null).Select(l => l.Outcome).ShouldBe(["reused", "reused", "reused", "built"]);
        outcome.Stderr.ShouldContain("command");
    }

    [Fact]
    public async Task Why_a_layer_that_was_there_is_built_again_is_said()
    {
        _bench.Workflow("""
              tool: { from: images.tiny, steps: [{ run: echo 1 > /one }, { copy: { from: tools/, to: /opt/, mode: "0644" } }] }
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);
        _bench.Write("tools/x.sh", "echo x\n");
        var digest = (string?)JsonNode.Parse((await BuildAsync("--json")).Stdout)!["images"]!.AsArray().Single(image => (string?)image!["name"] == "tool")!["layers"]![1]!["digest"];

        File.SetUnixFileMode(Path.Combine(_bench.Workspace, "tools/x.sh"), (UnixFileMode)0b111_101_101);
        var mode = await BuildAsync();
        (await _bench.StrataAsync("image", "rm", "tool", "--data", _bench.Data)).ExitCode.ShouldBe(0);
        var removed = await BuildAsync();
        var image = Directory.EnumerateFiles(_bench.Data, "image.erofs", SearchOption.AllDirectories).Single(path => path.Contains(digest!["sha256:".Length..], StringComparison.Ordinal));
        File.SetUnixFileMode(image, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        await File.WriteAllTextAsync(image, "damaged");
        var damaged = await BuildAsync();

        mode.Stderr.ShouldContain("copy tools/ to /opt/: built in", Case.Sensitive, mode.All);
        mode.Stderr.ShouldContain("(an input changed)\n    copied files: ", Case.Sensitive, mode.All);
        removed.Stderr.ShouldContain("(its layer is gone: removed by a user)", Case.Sensitive, removed.All);
        removed.Stderr.ShouldNotContain("not built before");
        damaged.Stderr.ShouldContain("(its layer is gone: it was damaged)", Case.Sensitive, damaged.All);

        async Task<Outcome> BuildAsync(params string[] arguments)
        {
            var outcome = await _bench.StrataAsync(["image", "build", "--data", _bench.Data, .. arguments]);
            outcome.ExitCode.ShouldBe(0, outcome.All);
            return outcome;
        }
    }

    [Fact]
    public async Task A_step_that_comes_out_the_same_leaves_what_follows_as_it_is()
    {
        _bench.Workflow("""
              same:
                from: images.tiny
                steps:
                  - run: echo result > /made
                  - run: cat /made > /copy
            jobs: { a: { image: same, network: none, steps: [{ run: cat /copy }] } }
            """);
        await _bench.ReportAsync(0);
        _bench.Workflow("""
              same:
                from: images.tiny
                steps:
                  - run: printf 'result\n' > /made
                  - run: cat /made > /copy
            jobs: { a: { image: same, network: none, steps: [{ run: cat /copy }] } }
            """);

        Layers(await _bench.ReportAsync(0)).Where(l => l.Key is not null).Select(l => l.Outcome).ShouldBe(["built", "reused"]);
    }

    [Fact]
    public async Task Steps_that_come_out_alike_are_each_reported_as_built()
    {
        _bench.Workflow("""
              idle:
                from: images.tiny
                steps: [{ run: "true" }, { run: ":" }]
            jobs: { a: { image: idle, network: none, steps: [{ run: "true" }] }, b: { image: idle, network: none, steps: [{ run: "true" }] } }
            """);

        var report = await _bench.ReportAsync(0);

        Outcomes(report, 0).ShouldBe(["built", "built"]);
        Outcomes(report, 1).ShouldBe(["reused", "reused"]);
        Layers(report).Where(l => l.Key is not null).Select(l => l.Digest).Distinct().Count().ShouldBe(1);
    }

    [Fact]
    public async Task A_failing_step_is_named_with_its_last_lines_and_nothing_of_it_is_kept()
    {
        _bench.Workflow("""
              broken:
                from: images.tiny
                steps:
                  - run: echo fine > /fine
                  - run: echo about to fail; cat /nowhere/once || test -e /never
            jobs: { a: { image: broken, network: none, steps: [{ run: "true" }] } }
            """);

        var build = await _bench.StrataAsync("image", "build", "--data", _bench.Data);
        var run = await _bench.RunAsync();

        build.ExitCode.ShouldBe(1, build.All);
        build.Stderr.ShouldContain("strata.yml:7:");
        build.Stderr.ShouldContain("STR3180");
        build.Stderr.ShouldContain("about to fail");
        run.ExitCode.ShouldBe(1, run.All);
        run.Stderr.ShouldContain("1 layer reused");
        ((string?)_bench.Report()["jobs"]![0]!["status"]).ShouldBe("failure");
    }

    [Fact]
    public async Task Secrets_are_there_while_a_step_runs_and_nowhere_else()
    {
        const string Value = "s3cr3t-value-0123456789";
        _bench.Workflow("""
              private:
                from: images.tiny
                steps:
                  - run: wc -c < /run/secrets/TOKEN > /length; cat /run/secrets/TOKEN
                    secrets: [TOKEN]
            jobs: { a: { image: private, network: none, steps: [{ run: 'cat /length; ls /run/secrets 2>&1 || true' }] } }
            """);

        var missing = await _bench.RunAsync();
        var outcome = await _bench.RunAsync("--secret", $"TOKEN={Value}");
        var again = await _bench.RunAsync();

        (missing.ExitCode, missing.Stderr.Contains("STR3181", StringComparison.Ordinal)).ShouldBe((1, true), missing.All);
        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain($"{Value.Length}");
        outcome.Stderr.ShouldNotContain(Value);
        again.ExitCode.ShouldBe(0, again.All);
        (await GrepAsync(Value, _bench.Data)).ShouldBe("");

        _bench.Workflow("""
              leaky:
                from: images.tiny
                steps:
                  - run: mkdir /etc/app && base64 /run/secrets/TOKEN > /etc/app/conf
                    secrets: [TOKEN]
            jobs: { a: { image: leaky, network: none, steps: [{ run: "true" }] } }
            """);
        var leaked = await _bench.RunAsync("--secret", $"TOKEN={Value}");
        leaked.ExitCode.ShouldBe(1, leaked.All);
        leaked.Stderr.ShouldContain("/etc/app/conf");
    }

    [Fact]
    public async Task A_protected_run_never_uses_what_a_fork_built_and_forks_see_only_what_is_shareable()
    {
        _bench.Workflow("""
              plain:
                from: images.tiny
                steps: [{ run: echo plain > /plain }]
              secretive:
                from: images.tiny
                steps: [{ run: echo made > /made, secrets: [TOKEN] }]
              above:
                from: images.secretive
                steps: [{ run: echo above > /above }]
            jobs: { a: { image: plain, network: none, steps: [{ run: "true" }] }, b: { image: above, network: none, steps: [{ run: "true" }] } }
            """);
        string[] fork = ["--trust", "fork", "--ref", "refs/pull/7/merge", "--base", "main", "--secret", "TOKEN=0123456789abcdef"];
        string[] main = ["--trust", "protected", "--ref", "main", "--secret", "TOKEN=0123456789abcdef"];

        var forked = await _bench.ReportAsync(0, fork);
        var rebuilt = await _bench.ReportAsync(0, main);
        await _bench.ReportAsync(0, fork);
        var other = await _bench.ReportAsync(0, ["--trust", "fork", "--ref", "refs/pull/8/merge", "--base", "main", "--secret", "TOKEN=0123456789abcdef"]);

        Outcomes(forked, 0).ShouldBe(["built"]);
        Outcomes(rebuilt, 0).ShouldBe(["built"]);
        Outcomes(rebuilt, 1).ShouldBe(["built", "built"]);
        Outcomes(other, 0).ShouldBe(["reused"]);
        Outcomes(other, 1).ShouldBe(["built", "built"]);
    }

    [Fact]
    public async Task What_is_copied_from_another_image_is_reused_until_it_changes_and_follows_its_trust()
    {
        const string Workflow = """
              made: { from: images.tiny, steps: [{ run: mkdir /out && echo made > /out/made, secrets: [TOKEN] }] }
              open: { from: images.tiny, steps: [{ run: mkdir /out && echo open > /out/open }] }
              use: { from: images.tiny, steps: [{ copy: { from-image: images.made, from: out/, to: /opt/ } }] }
              free: { from: images.tiny, steps: [{ copy: { from-image: open, from: out/, to: /opt/ } }] }
            jobs: { a: { image: use, network: none, steps: [{ run: cat /opt/made }] }, b: { image: free, network: none, steps: [{ run: cat /opt/open }] } }
            """;
        string[] main = ["--trust", "protected", "--ref", "main", "--secret", "TOKEN=0123456789abcdef"];
        string[] fork = ["--trust", "fork", "--ref", "refs/pull/7/merge", "--base", "main", "--secret", "TOKEN=0123456789abcdef"];

        _bench.Workflow(Workflow);
        var first = await _bench.ReportAsync(0, main);
        var again = await _bench.ReportAsync(0, main);
        _bench.Workflow(Workflow.Replace("echo made", "echo  made", StringComparison.Ordinal)); // comes out the same
        var same = await _bench.ReportAsync(0, main);
        _bench.Workflow(Workflow.Replace("echo made", "echo more", StringComparison.Ordinal));
        var changed = await _bench.ReportAsync(0, main);
        _bench.Workflow(Workflow);
        var forked = await _bench.ReportAsync(0, fork);

        Both(first).ShouldBe(["built", "built"]);
        Both(again).ShouldBe(["reused", "reused"]);
        Both(same).ShouldBe(["reused", "reused"]);
        Both(changed).ShouldBe(["built", "reused"]);
        Both(forked).ShouldBe(["built", "reused"]); // though key and content are the same
        Layers(forked)[^1].Key.ShouldBe(Layers(first)[^1].Key);

        static IEnumerable<string?> Both(JsonNode report) => [.. Outcomes(report, 0), .. Outcomes(report, 1)];
    }

    [Fact]
    public async Task Settings_of_an_image_are_in_the_keys_of_what_follows_wherever_they_are_written()
    {
        _bench.Workflow("""
              plain: { from: images.tiny, steps: [{ run: ":" }] }
              env: { from: images.tiny, env: { A: "1" }, steps: [{ run: ":" }] }
              env-step: { from: images.tiny, steps: [{ env: { A: "1" } }, { run: ":" }] }
              env-below: { from: images.env, steps: [{ run: ":" }] }
              env-other: { from: images.tiny, env: { A: "2" }, steps: [{ run: ":" }] }
              user: { from: images.tiny, user: root, steps: [{ run: ":" }] }
              user-step: { from: images.tiny, steps: [{ user: root }, { run: ":" }] }
              dir: { from: images.tiny, workdir: /root, steps: [{ run: ":" }] }
              dir-step: { from: images.tiny, steps: [{ workdir: /root }, { run: ":" }] }
              cut: { from: images.tiny, network: none, steps: [{ run: ":" }] }
              cut-step: { from: images.tiny, steps: [{ run: ":", network: none }] }
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);

        var built = await _bench.StrataAsync("image", "build", "--json", "--data", _bench.Data);

        built.ExitCode.ShouldBe(0, built.All);
        var keys = JsonNode.Parse(built.Stdout)!["images"]!.AsArray().ToDictionary(image => (string)image!["name"]!, image => (string?)image!["layers"]!.AsArray()[^1]!["key"]);
        (keys["env-step"], keys["user-step"], keys["cut-step"]).ShouldBe((keys["env"], keys["user"], keys["cut"]));
        string[] different = ["plain", "env", "env-below", "env-other", "user", "dir", "dir-step", "cut"];
        different.Select(name => keys[name]).Distinct().Count().ShouldBe(different.Length, built.Stdout);
    }

    [Fact]
    public async Task An_export_of_what_was_built_is_the_same_wherever_it_was_built()
    {
        _bench.Workflow(ToolBuild + UseTool);
        _bench.Write("tools/sub/x.sh", "echo x\n");
        var (one, other) = (Path.Combine(_bench.Data, "..", "one.tar"), Path.Combine(_bench.Data, "..", "other.tar"));

        var first = await _bench.StrataAsync("image", "export", "tool", one, "--data", _bench.Data);
        var second = await _bench.StrataAsync("image", "export", "tool", other, "--data", $"{_bench.Data}-other");

        (first.ExitCode, second.ExitCode).ShouldBe((0, 0), first.All + second.All);
        second.Stderr.ShouldContain("step 5 of 5, run echo \"$LATE $NAME $PWD\" > late.txt: built in", Case.Sensitive, second.All);
        (await File.ReadAllBytesAsync(other)).ShouldBe(await File.ReadAllBytesAsync(one));
    }

    [Fact]
    public async Task Images_that_do_not_stand_on_each_other_are_built_side_by_side()
    {
        _bench.Workflow("""
              one: { from: images.tiny, steps: [{ run: echo one-started; sleep 3; echo one-ended }] }
              two: { from: images.tiny, steps: [{ run: echo two-started; sleep 3; echo two-ended }] }
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);

        var built = await _bench.StrataAsync("image", "build", "one", "two", "--data", _bench.Data);

        built.ExitCode.ShouldBe(0, built.All);
        var lines = built.Stderr.Split('\n').Where(line => line.Contains(" | ", StringComparison.Ordinal)).Select(line => line.Split(" | ")[1][4..]).ToList();
        lines.ShouldBe(["started", "started", "ended", "ended"], built.All);
    }

    [Fact]
    public async Task What_a_lock_file_pins_and_what_a_job_runs_in_is_not_pruned()
    {
        _bench.Workflow("""
              tool: { from: images.tiny, steps: [{ run: echo tool > /tool }] }
            jobs: { a: { image: tool, network: none, steps: [{ run: "echo running; sleep 1000" }] } }
            """);
        await _bench.StrataAsync("image", "build", "tool", "--data", _bench.Data);
        foreach (var name in (string[])["tool", "tiny"])
        {
            (await _bench.StrataAsync("image", "export", name, $"{_bench.Data}-{name}.tar", "--data", _bench.Data)).ExitCode.ShouldBe(0);
        }

        var pinned = JsonNode.Parse((await _bench.StrataAsync("image", "import", "made/tool:1", $"{_bench.Data}-tool.tar", "--json", "--data", _bench.Data)).Stdout)!["manifest"];
        (await _bench.StrataAsync("image", "import", "made/tool:1", $"{_bench.Data}-tiny.tar", "--data", _bench.Data)).ExitCode.ShouldBe(0); // the name means this now
        using var run = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data);
        try
        {
            while (await run.StandardError.ReadLineAsync() is { } line && !line.EndsWith("  running", StringComparison.Ordinal))
            {
            }

            _bench.Workflow("jobs: { a: { image: \"made/tool:1\", network: none, steps: [{ run: \"true\" }] } }");
            _bench.Write("strata.lock", $"format: strata.lock/1\nimages:\n  made/tool:1:\n    digest: {pinned}\n    resolved: made/tool@{pinned}\n");
            var pruned = await _bench.StrataAsync("image", "prune", "--all-unused", "--json", "--data", _bench.Data);

            pruned.ExitCode.ShouldBe(0, pruned.All);
            var kept = JsonNode.Parse(pruned.Stdout)!["items"]!.AsArray().Where(item => !(bool)item!["removed"]!).Select(item => (string)item!["reason"]!).ToList();
            kept.ShouldContain("used by made/tool:1 (pinned)", pruned.All);
            kept.ShouldContain("used by a job", pruned.All); // the step's layer: no workflow here has it any more
        }
        finally
        {
            _ = Kill(run.Id, 2);
            await run.WaitForExitAsync();
        }
    }

    [Fact]
    public async Task Of_eight_processes_that_want_one_image_one_builds_each_step()
    {
        _bench.Workflow("""
              slow:
                from: images.tiny
                steps:
                  - run: echo building-now; sleep 0.4; echo 1 > /one
                  - run: sleep 0.2; echo 2 > /two
                  - run: echo 3 > /three
            jobs: { a: { image: slow, network: none, steps: [{ run: cat /one /two /three }] } }
            """);
        (await _bench.StrataAsync("image", "pull", "images.tiny", "--data", _bench.Data)).ExitCode.ShouldBe(0); // the base is no step

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(
            i => _bench.StrataAsync("run", "--data", _bench.Data, "--report", $"report-{i}.json")));

        outcomes.ShouldAllBe(o => o.ExitCode == 0, string.Join('\n', outcomes.Select(o => o.All)));
        var built = Enumerable.Range(0, 8).Sum(i => Outcomes(ReportAt($"report-{i}.json"), 0).Count(o => o == "built"));
        built.ShouldBe(3);
        outcomes.Count(o => o.Stderr.Contains("building-now", StringComparison.Ordinal)).ShouldBeGreaterThan(1); // those who wait see the log
    }

    [Fact]
    public async Task A_builder_killed_at_any_moment_is_taken_over()
    {
        _bench.Workflow("""
              long:
                from: images.tiny
                steps:
                  - run: sleep 0.2; echo 1 > /one
                  - run: sleep 0.2; echo 2 > /two
            jobs: { a: { image: long, network: none, steps: [{ run: cat /one /two }] } }
            """);
        var rounds = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 30 : 4;
        var random = new Random(4_04);
        for (var round = 0; round < rounds; round++)
        {
            using var process = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data);
            await Task.Delay(random.Next(50, 900));
            _ = Kill(process.Id, 9);
            await process.WaitForExitAsync();
        }

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        var scrub = await _bench.StrataAsync("doctor", "--scrub", "--data", _bench.Data);
        scrub.ExitCode.ShouldBe(0, scrub.All);
    }

    [Fact]
    public async Task A_built_image_leaves_as_an_archive_that_another_runtime_runs()
    {
        _bench.Workflow(ToolBuild + UseTool);
        _bench.Write("tools/sub/x.sh", "echo x\n");
        var scratch = Directory.CreateTempSubdirectory("strata-export-");
        try
        {
            var exported = await _bench.StrataAsync("image", "export", "tool", Path.Combine(scratch.FullName, "tool.tar"), "--data", _bench.Data);
            exported.ExitCode.ShouldBe(0, exported.All);
            await ProgramAsync("skopeo", "copy", "-q", $"oci-archive:{scratch.FullName}/tool.tar:latest", $"oci:{scratch.FullName}/layout:x");
            await ProgramAsync("umoci", "unpack", "--image", $"{scratch.FullName}/layout:x", $"{scratch.FullName}/bundle");
            (await File.ReadAllTextAsync($"{scratch.FullName}/bundle/rootfs/opt/work/late.txt")).ShouldBe("1 world /opt/work\n");
            var image = JsonNode.Parse(await ProgramAsync("skopeo", "inspect", "--config", $"oci-archive:{scratch.FullName}/tool.tar:latest"))!;
            image["history"]!.AsArray().Select(h => (string?)h!["created_by"]).ShouldContain("strata: copy tools/ to /opt/tools/");
            ((string?)image["config"]!["Labels"]!["org.opencontainers.image.title"]).ShouldBe("tool");
            var config = JsonNode.Parse(await File.ReadAllTextAsync($"{scratch.FullName}/bundle/config.json"))!["process"]!;
            ((string?)config["cwd"]).ShouldBe("/opt/work");
            config["env"]!.AsArray().Select(v => (string?)v).ShouldContain("GREETING=hello");
            config["terminal"] = false;
            config["args"] = new JsonArray("/bin/cat", "late.txt");
            await File.WriteAllTextAsync($"{scratch.FullName}/bundle/config.json", config.Root.ToJsonString());
            (await ProgramAsync("runc", "--root", $"{scratch.FullName}/runc", "run", "--bundle", $"{scratch.FullName}/bundle", "strata-export-test")).ShouldBe("1 world /opt/work\n");
        }
        finally
        {
            scratch.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task What_uses_the_network_is_built_again_once_it_is_too_old()
    {
        _bench.Workflow("""
              aging:
                from: images.tiny
                max-age: 1s
                steps:
                  - { run: echo a > /a, network: none }
                  - run: echo b > /b
            jobs: { a: { image: aging, network: none, steps: [{ run: "true" }] } }
            """);
        await _bench.ReportAsync(0);
        await Task.Delay(TimeSpan.FromSeconds(1.5));

        var outcome = await _bench.RunAsync("--explain");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        Outcomes(_bench.Report(), 0).ShouldBe(["reused", "built"]);
        outcome.Stderr.ShouldContain("older than max-age");
    }

    [Fact]
    public async Task A_step_over_its_time_or_its_disk_is_ended_and_said()
    {
        _bench.Workflow("""
              slow:
                from: images.tiny
                steps: [{ run: sleep 60, timeout-minutes: 0.01 }]
              fat:
                from: images.tiny
                resources: { disk: 4MiB }
                steps: [{ run: "echo growing; dd if=/dev/zero of=/fat bs=1M count=64; sleep 10" }]
              quick:
                from: images.tiny
                resources: { disk: 4MiB }
                steps: [{ run: dd if=/dev/zero of=/fat bs=1M count=16 }]
            jobs: { a: { image: tiny, steps: [{ run: "true" }] } }
            """);

        var slow = await _bench.StrataAsync("image", "build", "slow", "--data", _bench.Data);
        var fat = await _bench.StrataAsync("image", "build", "fat", "--data", _bench.Data);
        var quick = await _bench.StrataAsync("image", "build", "quick", "--data", _bench.Data);

        (slow.ExitCode, fat.ExitCode).ShouldBe((1, 1), slow.All + fat.All);
        slow.Stderr.ShouldContain("took longer than");
        slow.Stderr.ShouldContain("strata.yml:5:");
        fat.Stderr.ShouldContain("disk");
        fat.Stderr.ShouldContain("strata.yml:9:");
        fat.Stderr.ShouldContain("error STR5201: Step 1 of the image 'fat' was ended: run echo growing;", Case.Sensitive, fat.All);
        fat.Stderr.ShouldContain("The last it printed:\n      growing", Case.Sensitive, fat.All);
        quick.ExitCode.ShouldBe(1, quick.All); // over before anybody looked in between
        quick.Stderr.ShouldContain("strata.yml:13:");
    }

    [Fact]
    public async Task A_second_Ctrl_C_leaves_no_sandbox()
    {
        _bench.Workflow("""
              slow: { from: images.tiny, steps: [{ run: "echo started; sleep 1000" }] }
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);
        for (var round = 0; round < 3; round++)
        {
            using var build = StrataProgram.Start(_bench.Workspace, "image", "build", "slow", "--data", _bench.Data);
            await ReadUntilAsync(build, "slow | started");
            Kill(build.Id, 2).ShouldBe(0);
            await ReadUntilAsync(build, "stopping");
            Kill(build.Id, 2).ShouldBe(0);
            await build.WaitForExitAsync();

            build.ExitCode.ShouldBe(1);
            Directory.EnumerateDirectories(Path.Combine(_bench.Data, "live")).ShouldBeEmpty();
        }

        static async Task ReadUntilAsync(Process build, string beginning)
        {
            string? line;
            do
            {
                line = (await build.StandardError.ReadLineAsync()).ShouldNotBeNull();
            }
            while (!line.StartsWith(beginning, StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Verifying_builds_twice_and_names_what_differs()
    {
        _bench.Workflow("""
              steady:
                from: images.tiny
                steps: [{ run: mkdir /d && echo x > /d/f && ln -s f /d/l }]
              restless:
                from: images.tiny
                steps: [{ run: head -c 8 /dev/urandom | base64 > /etc/nonce; echo y > /etc/steady }]
              above:
                from: images.restless
                steps: [{ run: echo z > /z }]
            jobs: { a: { image: tiny, steps: [{ run: "true" }] } }
            """);

        var steady = await _bench.StrataAsync("image", "build", "steady", "--verify", "--data", _bench.Data);
        var restless = await _bench.StrataAsync("image", "build", "images.restless", "--verify", "--json", "--data", _bench.Data);
        var above = await _bench.StrataAsync("image", "build", "above", "--verify", "--json", "--data", _bench.Data);

        steady.ExitCode.ShouldBe(0, steady.All);
        steady.Stderr.ShouldContain("the same when built again");
        restless.ExitCode.ShouldBe(1, restless.All);
        var differences = JsonNode.Parse(restless.Stdout)!["images"]![0]!["verified"]![0]!["differences"]!.AsArray().Select(d => (string)d!).ToList();
        differences.ShouldContain(d => d.Contains("etc/nonce", StringComparison.Ordinal), restless.All);
        differences.ShouldNotContain(d => d.Contains("steady", StringComparison.Ordinal));
        above.ExitCode.ShouldBe(1, above.All);
        JsonNode.Parse(above.Stdout)!["images"]!.AsArray().Select(image => ((string?)image!["name"], (string?)image["status"], image["verified"]!.AsArray().Count(layer => layer!["differences"]!.AsArray().Count > 0)))
            .ShouldBe([("above", "success", 0), ("restless", "success", 1)]);
    }

    [Fact]
    public async Task What_several_named_images_stand_on_is_built_once()
    {
        _bench.Workflow("""
              base: { from: images.tiny, steps: [{ run: sleep 0.5; echo base > /base }] }
              one: { from: images.base, steps: [{ run: echo one > /one }] }
              two: { from: images.base, steps: [{ copy: { from-image: images.base, from: base, to: /two } }] }
            jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
            """);

        var built = await _bench.StrataAsync("image", "build", "one", "two", "--explain", "--data", _bench.Data);

        built.ExitCode.ShouldBe(0, built.All);
        built.Stderr.Split('\n').Count(line => line.StartsWith("base: step 1 of 1", StringComparison.Ordinal)).ShouldBe(2, built.All); // begun, and done
    }

    [Fact]
    public async Task Jobs_have_inline_images_and_args_are_given_on_the_command_line()
    {
        _bench.Workflow("""
            jobs:
              a:
                image:
                  from: images.tiny
                  args: { WHO: nobody }
                  steps: [{ run: echo "made for $WHO" > /who }]
                network: none
                steps: [{ run: cat /who }]
            """);
        var inline = await _bench.RunAsync();
        _bench.Workflow("""
              who:
                from: images.tiny
                args: { WHO: nobody, UNUSED: x }
                steps: [{ run: echo "made for $WHO" > /who }]
            jobs: { a: { image: who, network: none, steps: [{ run: cat /who }] } }
            """);
        var given = await _bench.StrataAsync("image", "build", "who", "--arg", "WHO=me", "--data", _bench.Data);
        var unnamed = await _bench.StrataAsync("image", "build", "who", "--arg", "WHO=me", "--arg", "UNUSED=y", "--data", _bench.Data);
        var unknown = await _bench.StrataAsync("image", "build", "who", "--arg", "WHOM=me", "--data", _bench.Data);

        inline.ExitCode.ShouldBe(0, inline.All);
        inline.Stderr.ShouldContain("made for nobody");
        given.Stderr.ShouldContain("step 1 of 1, run echo \"made for $WHO\" > /who: built", Case.Sensitive, given.All);
        (unnamed.ExitCode, unnamed.Stderr.Contains("building", StringComparison.Ordinal)).ShouldBe((0, false), unnamed.All);
        (unknown.ExitCode, unknown.Stderr.Contains("STR1918", StringComparison.Ordinal)).ShouldBe((2, true), unknown.All);
    }

    [Fact]
    public async Task Built_images_are_listed_shown_pruned_and_removed()
    {
        _bench.Workflow(ToolBuild + UseTool);
        _bench.Write("tools/sub/x.sh", "echo x\n");
        await _bench.ReportAsync(0);
        _bench.Write("tools/sub/x.sh", "echo y\n");
        await _bench.ReportAsync(0);

        var listed = JsonNode.Parse((await _bench.StrataAsync("image", "ls", "--json", "--data", _bench.Data)).Stdout)!["built"]!.AsArray().Single()!;
        var shown = await _bench.StrataAsync("image", "show", "tool", "--data", _bench.Data);
        var relaxed = await _bench.StrataAsync("image", "prune", "--min-free", "0%", "--data", _bench.Data);
        var dry = await _bench.StrataAsync("image", "prune", "--all-unused", "--dry-run", "--json", "--data", _bench.Data);
        var pruned = await _bench.StrataAsync("image", "prune", "--all-unused", "--json", "--data", _bench.Data);
        var after = await _bench.ReportAsync(0);

        ((string?)listed["definition"], (bool)listed["complete"]!).ShouldBe(("tool", true));
        shown.Stdout.ShouldContain("command");
        shown.Stdout.ShouldContain("used by       a");
        relaxed.Stdout.ShouldContain("0 of ");
        relaxed.Stdout.ShouldContain("space enough");
        var goes = Going(dry);
        goes.Count(item => item.StartsWith("tool, step", StringComparison.Ordinal)).ShouldBe(3, dry.All); // what the first build made from the copy on
        Going(pruned).ShouldBe(goes);
        Outcomes(after, 0).ShouldBe(["reused", "reused", "reused", "reused"]);

        var removed = await _bench.StrataAsync("image", "rm", "tool", "--data", _bench.Data);
        removed.ExitCode.ShouldBe(0, removed.All);
        Outcomes(await _bench.ReportAsync(0), 0).ShouldBe(["built", "built", "built", "built"]);

        static List<string> Going(Outcome outcome) =>
            [.. JsonNode.Parse(outcome.Stdout)!["items"]!.AsArray().Where(item => (bool)item!["removed"]!).Select(item => (string)item!["name"]!)];
    }

    [Fact]
    public async Task What_any_workflow_of_the_repository_or_a_jobs_own_image_was_built_to_is_not_pruned()
    {
        const string Own = """
            images: { tiny: { from: "rootfs:tiny.tar" } }
            jobs:
              a:
                image: { from: images.tiny, steps: [{ run: echo own > /own }] }
                network: none
                steps: [{ run: cat /own }]
            """;
        const string Declared = """
            images:
              tiny: { from: "rootfs:tiny.tar" }
              tool: { from: images.tiny, steps: [{ run: echo tool > /tool }] }
            jobs: { b: { image: tool, network: none, steps: [{ run: cat /tool }] } }
            """;
        _bench.Write(".strata/workflows/own.yml", Own);
        _bench.Write(".strata/workflows/declared.yml", Declared);
        (await _bench.RunAsync(".strata/workflows/own.yml")).ExitCode.ShouldBe(0);
        (await _bench.RunAsync(".strata/workflows/declared.yml")).ExitCode.ShouldBe(0);

        var several = await PruneAsync();
        _bench.Write("strata.yml", Own); // now there is a default workflow
        var beside = await PruneAsync();
        _bench.Write(".strata/workflows/broken.yml", "jobs: [");
        var broken = await PruneAsync();

        Removed(several).ShouldBeEmpty(several.All);
        Kept(several).ShouldContain("used by the definition of a");
        Kept(several).ShouldContain("used by the definition tool");
        Kept(several).ShouldContain("used by tiny");
        Removed(beside).ShouldBeEmpty(beside.All);
        (broken.ExitCode, broken.Stdout, broken.Stderr.Contains("broken.yml:2:", StringComparison.Ordinal)).ShouldBe((2, "", true), broken.All);
        var shown = await _bench.StrataAsync("image", "show", "of a", "--json", "--data", _bench.Data);
        shown.ExitCode.ShouldBe(0, shown.All);
        ((string?)JsonNode.Parse(shown.Stdout)!["built"]![0]!["usedBy"]![0]).ShouldBe("a", shown.All);
        var removed = await _bench.StrataAsync("image", "rm", "of a", "--data", _bench.Data);
        removed.ExitCode.ShouldBe(0, removed.All);
        removed.Stdout.ShouldContain("of a was built to: 1 layer");

        Task<Outcome> PruneAsync() => _bench.StrataAsync("image", "prune", "--all-unused", "--json", "--data", _bench.Data);
        static List<string> Kept(Outcome outcome) => [.. Items(outcome, false).Select(item => (string)item["reason"]!)];
        static List<string> Removed(Outcome outcome) => // the workspace is a layer that nothing names
            [.. Items(outcome, true).Where(item => (string?)item["kind"] != "layer").Select(item => item.ToJsonString())];
        static IEnumerable<JsonNode> Items(Outcome outcome, bool removed) =>
            JsonNode.Parse(outcome.Stdout)!["items"]!.AsArray().Where(item => (bool)item!["removed"]! == removed).OfType<JsonNode>();
    }

    [Fact]
    public async Task Of_images_of_one_name_in_two_workflows_what_each_comes_to_now_is_kept_and_nothing_else()
    {
        await WriteAndRunAsync("one", "shared", "echo of one");
        await WriteAndRunAsync("two", "shared", "echo of two, older");
        await WriteAndRunAsync("two", "shared", "echo of two");

        var pruned = await PruneAsync();

        pruned.Count.ShouldBe(2, string.Join(", ", pruned)); // both steps of what `two` was before
        await ShouldBeReusedAsync("one");
        await ShouldBeReusedAsync("two");
    }

    /// <summary>A layer is recorded under the name it was built for first; another that needs it does not build it again.</summary>
    [Fact]
    public async Task What_was_built_for_an_image_that_is_gone_is_kept_for_another_that_begins_alike()
    {
        await WriteAndRunAsync("one", "first", "echo the same");
        await WriteAndRunAsync("two", "second", "echo the same");
        await WriteAndRunAsync("one", "first", "echo now another");

        var pruned = await PruneAsync();

        pruned.ShouldBeEmpty(); // of `first` what it is now, of `second` what is recorded as of `first`
        await ShouldBeReusedAsync("two");
    }

    [Fact]
    public async Task Copies_to_one_place_settings_and_images_below_are_told_apart_too()
    {
        _bench.Write("a/f", "a");
        _bench.Write("b/f", "b");
        await WriteAndRunAsync("one", "shared", "cat /opt/f", "{ env: { WHO: one } }, { copy: { from: a/, to: /opt/ } }, { workdir: /srv }, ");
        await WriteAndRunAsync("two", "shared", "cat /opt/f", "{ env: { WHO: two } }, { copy: { from: b/, to: /opt/ } }, { workdir: /srv }, ");
        _bench.Write("b/f", "b again");
        await WriteAndRunAsync("two", "shared", "cat /opt/f", "{ env: { WHO: two } }, { copy: { from: b/, to: /opt/ } }, { workdir: /srv }, ");
        _bench.Write("b/f", "b once more");
        await WriteAndRunAsync("two", "shared", "cat /opt/f", "{ env: { WHO: two } }, { copy: { from: b/, to: /opt/ } }, { workdir: /srv }, ");

        var pruned = await PruneAsync();

        // Where a copy is from is not recorded: of what can be `two`'s as many are kept as there are sources, all with what stands on them.
        pruned.Count.ShouldBe(4, string.Join(", ", pruned));
        await ShouldBeReusedAsync("one");
        await ShouldBeReusedAsync("two");
    }

    private async Task WriteAndRunAsync(string workflow, string image, string command, string before = "")
    {
        _bench.Write($".strata/workflows/{workflow}.yml", $$"""
            images:
              tiny: { from: "rootfs:tiny.tar" }
              {{image}}: { from: images.tiny, steps: [{{before}}{ run: "{{command}} > /made" }, { run: echo last > /last }] }
            jobs: { a: { image: {{image}}, network: none, steps: [{ run: cat /made }] } }
            """);
        var run = await _bench.RunAsync($".strata/workflows/{workflow}.yml");
        run.ExitCode.ShouldBe(0, run.All);
    }

    private async Task ShouldBeReusedAsync(string workflow)
    {
        var run = await _bench.RunAsync($".strata/workflows/{workflow}.yml");
        run.ExitCode.ShouldBe(0, run.All);
        Outcomes(_bench.Report(), 0).ShouldAllBe(static outcome => outcome == "reused");
    }

    /// <summary>Names of the steps whose layers went.</summary>
    private async Task<List<string>> PruneAsync()
    {
        var pruned = await _bench.StrataAsync("image", "prune", "--all-unused", "--json", "--data", _bench.Data);
        pruned.ExitCode.ShouldBe(0, pruned.All);
        return [.. JsonNode.Parse(pruned.Stdout)!["items"]!.AsArray().Where(item => (bool)item!["removed"]! && (string?)item["kind"] == "built-layer").Select(item => (string)item!["name"]!)];
    }

    [Fact]
    public async Task Who_uses_a_built_image_and_its_digest_are_shown_and_steps_it_has_no_more_are_not()
    {
        _bench.Workflow("""
              base: { from: images.tiny, env: { A: "1" }, steps: [{ run: echo base > /base }] }
              none: { from: images.base, env: { B: "2" } }
              tool: { from: images.none, steps: [{ env: { C: "3" } }, { run: echo tool > /tool }, { workdir: /srv }, { run: echo last > /last }] }
              other: { from: images.tiny, steps: [{ copy: { from-image: images.tool, from: tool, to: /tool } }] }
            jobs:
              each: { strategy: { matrix: { image: [tool, other] } }, image: "${{ matrix.image }}", network: none, steps: [{ run: "true" }] }
              boxed: { container: tool, network: none, steps: [{ run: "true" }] }
              own: { image: { from: images.tool, steps: [{ run: echo own > /own }] }, network: none, steps: [{ run: "true" }] }
            """);
        var built = await _bench.StrataAsync("image", "build", "--json", "--data", _bench.Data);
        built.ExitCode.ShouldBe(0, built.All);

        var tool = await ShownAsync("images.tool");

        ((string?)tool["digest"]).ShouldBe((string?)JsonNode.Parse(built.Stdout)!["images"]!.AsArray().Single(image => (string?)image!["name"] == "tool")!["digest"]);
        tool["usedBy"]!.AsArray().Select(user => (string?)user).ShouldBe(["images.other", "own", "each", "boxed"]);
        (await ShownAsync("other"))["usedBy"]!.AsArray().Select(user => (string?)user).ShouldBe(["each"]);
        (await _bench.StrataAsync("image", "show", "tool", "--data", _bench.Data)).Stdout.ShouldContain($"  image digest  {tool["digest"]}");

        _bench.Workflow("""
              base: { from: images.tiny, steps: [{ run: echo base > /base }] }
              tool: { from: images.base, steps: [{ env: { C: "3" } }, { run: echo tool > /tool }, { user: root }] }
            jobs: { a: { image: tool, network: none, steps: [{ run: "true" }] } }
            """);
        tool = await ShownAsync("tool");
        tool["steps"]!.AsArray().Select(step => (int)step!["step"]!).ShouldBe([1]);

        _bench.Workflow("""
              tool: { from: "rootfs:other.tar", steps: [{ run: echo tool > /tool }, { run: echo tool > /tool }] }
            jobs: { a: { image: tool, network: none, steps: [{ run: "true" }] } }
            """);
        (await ShownAsync("tool"))["digest"].ShouldBeNull();

        async Task<JsonNode> ShownAsync(string name)
        {
            var shown = await _bench.StrataAsync("image", "show", name, "--json", "--data", _bench.Data);
            shown.ExitCode.ShouldBe(0, shown.All);
            return JsonNode.Parse(shown.Stdout)!["built"]!.AsArray().Single()!;
        }
    }

    [Fact]
    public async Task A_copy_that_cannot_be_made_is_an_error_at_its_line()
    {
        _bench.Workflow("""
              wrong:
                from: images.tiny
                steps:
                  - copy: { from: nothing/, to: /opt/ }
                  - copy: { from: "*.none", to: /opt/ }
            jobs: { a: { image: wrong, network: none, steps: [{ run: "true" }] } }
            """);

        var outcome = await _bench.StrataAsync("image", "build", "--data", _bench.Data);

        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.Stderr.ShouldContain("strata.yml:6:");
        outcome.Stderr.ShouldContain("STR316");
    }

    /// <summary>What the step made, or what it copies from, has its place; the layer of it has none.</summary>
    [Theory]
    [InlineData("run: dd if=/dev/urandom of=/fat bs=1M count=14")]
    [InlineData("copy: { from: fat, to: /fat }")]
    public async Task A_disk_that_is_full_when_a_layer_is_written_is_an_error_at_the_steps_line_and_leaves_nothing(string step)
    {
        var mount = Directory.CreateTempSubdirectory("strata-full-").FullName;
        await ProgramAsync("mount", "-t", "tmpfs", "-o", "size=24m,mode=0755", "tmpfs", mount);
        try
        {
            var layers = Path.Combine(mount, "layers", "local");
            _bench.Write("fat", "");
            await File.WriteAllBytesAsync(Path.Combine(_bench.Workspace, "fat"), RandomNumberGenerator.GetBytes(14 << 20));
            _bench.Workflow($$"""
                  fat:
                    from: images.tiny
                    steps:
                      - run: echo small > /small
                      - {{step}}
                jobs: { a: { image: tiny, network: none, steps: [{ run: "true" }] } }
                """);

            var outcome = await _bench.StrataAsync("image", "build", "fat", "--json", "--data", mount);
            var left = Directory.EnumerateDirectories(layers).Select(path => Path.GetFileName(path)).ToList();
            var scrub = await _bench.StrataAsync("doctor", "--scrub", "--data", mount);
            await ProgramAsync("mount", "-o", "remount,size=80m", mount);
            var again = await _bench.StrataAsync("image", "build", "fat", "--json", "--data", mount);

            outcome.ExitCode.ShouldBe(3, outcome.All);
            outcome.Stderr.Split('\n').Where(static line => line.Contains("error STR3012: The disk is full", StringComparison.Ordinal)).ShouldHaveSingleItem().ShouldStartWith("strata.yml:7:", Case.Sensitive, outcome.All);
            ((string?)JsonNode.Parse(outcome.Stdout)!["images"]![0]!["status"]).ShouldBe("failure");
            left.ShouldAllBe(static name => !name.StartsWith("tmp-", StringComparison.Ordinal));
            new DirectoryInfo(Path.Combine(mount, "builds")).EnumerateFileSystemInfos().ShouldBeEmpty();
            scrub.ExitCode.ShouldBe(0, scrub.All);
            again.ExitCode.ShouldBe(0, again.All);
            JsonNode.Parse(again.Stdout)!["images"]![0]!["layers"]!.AsArray().Where(static layer => layer!["key"] is not null).Select(static layer => (string?)layer!["outcome"]).ShouldBe(["reused", "built"]);
            await ProgramAsync("umount", mount); // nothing of it is held
            await ProgramAsync("mount", "-t", "tmpfs", "tmpfs", mount);
        }
        finally
        {
            await ProgramAsync("umount", "--lazy", mount);
            Directory.Delete(mount);
        }
    }

    private static List<(string? Key, string? Digest, string? Outcome)> Layers(JsonNode report, int job = 0) =>
        [.. report["jobs"]![job]!["image"]!["layers"]!.AsArray().Select(l => ((string?)l!["key"], (string?)l["digest"], (string?)l["outcome"]))];

    private static IReadOnlyList<string?> Outcomes(JsonNode report, int job) => [.. Layers(report, job).Where(l => l.Key is not null).Select(l => l.Outcome)];

    private JsonNode ReportAt(string name) => JsonNode.Parse(File.ReadAllText(Path.Combine(_bench.Workspace, name)))!;

    private static Task<string> GrepAsync(string text, string directory) => ProgramAsync("sh", "-c", $"grep -rlF -- '{text}' '{directory}' || true");

    private static async Task<string> ProgramAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{output}{await errors}");
        return output;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
