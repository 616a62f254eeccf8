using System.Runtime.InteropServices;

namespace Strata.EndToEnd;

/// <summary>Caches and artifacts when processes race, die, or lose what they stored.</summary>
public sealed partial class StoreFaultTests : IDisposable
{
    private const string Work = """
        caches: { c: { paths: [~/c], key: "k-${{ vars.N }}", restore-keys: [k-] } }
        jobs:
          make:
            image: tiny
            network: none
            caches: [c]
            steps: [{ run: "mkdir -p ~/c dist; for i in 1 2 3 4 5 6 7 8; do dd if=/dev/urandom of=$HOME/c/f$i bs=1M count=1 2>/dev/null; done; echo ${{ vars.N }} > ~/c/n; cp ~/c/n dist/n" }]
            artifacts: [{ name: dist, path: dist }]
          take:
            image: tiny
            network: none
            artifacts-from: { dist: in }
            steps: [{ run: "test $(cat in/n) = ${{ vars.N }}" }]
        """;

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task Of_four_processes_that_save_one_key_one_wins_and_all_succeed()
    {
        _bench.Workflow(Work);
        (await _bench.StrataAsync("image", "pull", "images.tiny", "--data", _bench.Data)).ExitCode.ShouldBe(0);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 4).Select(i => _bench.StrataAsync("run", "--data", _bench.Data, "--var", "N=1", "--report", $"report-{i}.json")));

        outcomes.ShouldAllBe(o => o.ExitCode == 0, string.Join('\n', outcomes.Select(o => o.All)));
        var caches = Enumerable.Range(0, 4).Select(i => _bench.Report($"report-{i}.json").Cache(job: "make")).ToList();
        caches.Count(c => c.Both == "miss saved").ShouldBe(1, string.Join('\n', caches));
        caches.ShouldAllBe(c => c.Both == "miss saved" || c.Both == "miss lost-race" || c.Both == "hit skipped");
        caches.Where(c => c.Save == "lost-race").ShouldAllBe(c => c.SaveReason!.Contains("saved this key first"));
    }

    [Fact]
    public async Task A_database_that_cannot_be_used_costs_the_caches_and_not_the_job()
    {
        _bench.Workflow("""
            caches: { c: { paths: [~/c], key: k } }
            jobs: { a: { image: tiny, network: none, caches: [c], steps: [{ run: "mkdir -p ~/c; touch ~/c/f" }] } }
            """);
        Directory.CreateDirectory(_bench.Data);
        await File.WriteAllTextAsync(Path.Combine(_bench.Data, "strata.db"), new string('x', 8192));

        var report = await _bench.ReportAsync(0);

        report.Cache().Both.ShouldBe("error skipped");
        report.Cache().Reason!.ShouldContain("strata.db");
    }

    [Fact]
    public async Task Hermetic_steps_run_then_all_the_same_and_keep_nothing()
    {
        _bench.Write("in", "1");
        _bench.Workflow("""
            caches: { c: { paths: [~/c], key: k } }
            jobs:
              a:
                image: tiny
                network: none
                caches: [c]
                outputs: { n: "${{ steps.s.outputs.n }}" }
                steps:
                  - { id: s, run: "test ! -e other; cp in out; echo n=7 >> $GITHUB_OUTPUT", cache: { inputs: [in], outputs: [out], caches: [c] } }
                  - { run: "test -e out && wc -c < out > size", cache: { inputs: [out], outputs: [size] } }
                  - { id: r, uses: actions/cache/restore@v4, with: { path: ~/r, key: r } }
                  - run: "test $(cat size) = 1 && test '${{ steps.s.outputs.n }}' = 7"
              b: { needs: a, image: tiny, network: none, steps: [{ run: "test ${{ needs.a.outputs.n }} = 7", cache: { inputs: [none] } }] }
            """);
        Directory.CreateDirectory(_bench.Data);
        await File.WriteAllTextAsync(Path.Combine(_bench.Data, "strata.db"), new string('x', 8192));

        var outcome = await _bench.RunAsync("--verify", "100%");
        var report = _bench.Report();
        var again = await _bench.ReportAsync(0);

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain("The job runs without its caches: ");
        foreach (var run in (System.Text.Json.Nodes.JsonObject[])[report, again])
        {
            var cache = run.Job("a")["steps"]![0]!["cache"]!;
            ((string?)cache["outcome"]).ShouldBe("miss");
            ((string?)cache["reason"])!.ShouldContain("strata.db");
            run.Cache(job: "a").Both.ShouldBe("error skipped");
        }
    }

    [Fact]
    public async Task An_artifact_still_fails_then()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps: [{ run: "echo 1 > out", cache: { inputs: [none], outputs: [out] } }]
                artifacts: [{ name: out, path: out }]
            """);
        Directory.CreateDirectory(_bench.Data);
        await File.WriteAllTextAsync(Path.Combine(_bench.Data, "strata.db"), new string('x', 8192));

        (await _bench.RunAsync()).ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Steps_of_actions_cache_do_nothing_then_and_say_so()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps:
                  - { id: c, uses: actions/cache@v4, with: { path: ~/c, key: k } }
                  - { id: r, uses: actions/cache/restore@v4, with: { path: ~/r, key: r } }
                  - run: "test '[${{ steps.c.outputs.cache-hit }}${{ steps.c.outputs.cache-matched-key }}${{ steps.r.outputs.cache-hit }}]' = '[]' && mkdir ~/c"
                  - { uses: actions/cache/save@v4, with: { path: ~/c, key: s } }
                  - { id: must, continue-on-error: true, uses: actions/cache/restore@v4, with: { path: ~/e, key: e, fail-on-cache-miss: true } }
                  - run: test ${{ steps.must.outcome }} = failure
            """);
        Directory.CreateDirectory(_bench.Data);
        await File.WriteAllTextAsync(Path.Combine(_bench.Data, "strata.db"), new string('x', 8192));

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain("actions/cache does nothing: ");
    }

    [Fact]
    public async Task A_run_killed_at_any_moment_leaves_nothing_half_and_blocks_nobody()
    {
        _bench.Workflow(Work);
        (await _bench.RunAsync("--var", "N=0")).ExitCode.ShouldBe(0);
        var rounds = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 40 : 4;
        var random = new Random(6_05);
        for (var round = 0; round < rounds; round++)
        {
            using var process = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data, "--var", "N=1");
            await Task.Delay(random.Next(200, 2000));
            _ = Kill(process.Id, 9);
            await process.WaitForExitAsync();
        }

        var outcome = await _bench.RunAsync("--var", "N=1");
        var report = _bench.Report();
        var again = await _bench.ReportAsync(0, "--var", "N=1");
        var scrub = await _bench.StrataAsync("doctor", "--scrub", "--data", _bench.Data);

        outcome.ExitCode.ShouldBe(0, outcome.All);
        report.Cache(job: "make").Both.ShouldBeOneOf("partial saved", "hit skipped");
        report.Artifacts("take").Single().State.ShouldBe("ready");
        again.Cache(job: "make").Both.ShouldBe("hit skipped");
        scrub.ExitCode.ShouldBe(0, scrub.All);
    }

    [Fact]
    public async Task With_a_storage_what_the_host_lost_is_fetched_and_without_it_is_a_miss()
    {
        var storage = $"file://{_bench.Data}-store";
        try
        {
            _bench.Workflow(Work);
            (await _bench.RunAsync("--storage", storage, "--var", "N=1")).ExitCode.ShouldBe(0);
            var produced = _bench.Report();
            LoseLayers();
            var fetched = await _bench.RunAsync("--storage", storage, "--var", "N=1");
            var hit = _bench.Report();
            LoseLayers();
            Directory.Delete($"{_bench.Data}-store", recursive: true);
            var lost = await _bench.RunAsync("--storage", storage, "--var", "N=1");
            var missed = _bench.Report();

            (fetched.ExitCode, lost.ExitCode).ShouldBe((0, 0), fetched.All + lost.All);
            produced.Cache(job: "make").Both.ShouldBe("miss saved");
            hit.Cache(job: "make").Both.ShouldBe("hit skipped", fetched.All);
            ((long)hit.Job("make")["caches"]![0]!["transferredBytes"]!).ShouldBeGreaterThan(1_000_000);
            missed.Cache(job: "make").Outcome.ShouldBe("miss", lost.All);
        }
        finally
        {
            if (Directory.Exists($"{_bench.Data}-store"))
            {
                Directory.Delete($"{_bench.Data}-store", recursive: true);
            }
        }
    }

    [Fact]
    public async Task What_passes_a_limit_goes_with_its_bytes_here_and_in_storage()
    {
        var store = $"{_bench.Data}-store";
        try
        {
            _bench.Workflow("""
                caches: { c: { paths: [~/c], key: "k-${{ vars.N }}" } }
                jobs: { a: { image: tiny, network: none, caches: [c], steps: [{ run: "mkdir -p ~/c; dd if=/dev/urandom of=$HOME/c/f bs=1M count=4 2>/dev/null" }] } }
                """);
            await File.WriteAllTextAsync(Path.Combine(Directory.CreateDirectory(_bench.Data).FullName, "config.yml"), "cache: { max_size: 10MB }\n");
            var sizes = new List<long>();
            foreach (var n in (string[])["1", "2", "3", "4"])
            {
                (await _bench.RunAsync("--storage", $"file://{store}", "--var", $"N={n}")).ExitCode.ShouldBe(0);
                sizes.Add(SizeOf(Path.Combine(_bench.Data, "layers", "local")));
            }

            var gc = await _bench.StrataAsync("cache", "gc", "--data", _bench.Data, "--storage", $"file://{store}", "--json");
            await Task.Delay(TimeSpan.FromSeconds(1.1)); // the grace: four runs take less
            var collected = await _bench.StrataAsync("storage", "gc", "--grace", "1s", "--data", _bench.Data, "--storage", $"file://{store}");
            var again = (await _bench.ReportAsync(0, "--storage", $"file://{store}", "--var", "N=4")).Cache();
            var evicted = (await _bench.ReportAsync(0, "--storage", $"file://{store}", "--var", "N=1")).Cache();

            (gc.ExitCode, collected.ExitCode).ShouldBe((0, 0), gc.All + collected.All);
            sizes[3].ShouldBeLessThan(14_000_000, string.Join(' ', sizes));
            SizeOf(store).ShouldBeLessThan(18_000_000, collected.All);
            again.Outcome.ShouldBe("hit");
            evicted.Outcome.ShouldBe("miss");
            evicted.Reason.ShouldNotBeNull().ShouldContain("evicted");
        }
        finally
        {
            if (Directory.Exists(store))
            {
                Directory.Delete(store, recursive: true);
            }
        }

        static long SizeOf(string directory) => new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);
    }

    [Fact]
    public async Task An_artifact_whose_layer_is_gone_or_damaged_fails_its_consumer_with_the_reason()
    {
        _bench.Workflow(Work);
        (await _bench.RunAsync("--var", "N=1")).ExitCode.ShouldBe(0);
        var run = _bench.Report().RunId();
        LoseLayers();
        _bench.Workflow($"jobs: {{ use: {{ image: tiny, network: none, artifacts-from: {{ dist: {{ path: in, run: '{run}' }} }}, steps: [{{ run: echo never said }}] }} }}");

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        _bench.Report().Reason().ShouldNotBeNull().ShouldContain("dist");
        _bench.Report().Reason().ShouldNotBeNull().ShouldContain("is gone");
        outcome.Stderr.ShouldNotContain("never said");
    }

    [Fact]
    public async Task Pitfall_12_a_cancelled_run_saves_no_cache()
    {
        _bench.Workflow("""
            caches: { c: { paths: [~/c], key: k } }
            jobs: { a: { image: tiny, network: none, caches: [c], steps: [{ run: "mkdir -p ~/c; touch ~/c/f; echo now; sleep 600" }] } }
            """);
        using var process = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data, "--report", "report.json");
        while (await process.StandardError.ReadLineAsync() is { } line && !line.EndsWith("now", StringComparison.Ordinal))
        {
        }

        _ = Kill(process.Id, 2);
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(1);
        _bench.Report().Cache().Save.ShouldBe("skipped");
        _bench.Workflow("caches: { c: { paths: [~/c], key: k } }\njobs: { a: { image: tiny, network: none, caches: [c], steps: [{ run: test ! -e ~/c }] } }");
        (await _bench.ReportAsync(0)).Cache().Outcome.ShouldBe("miss");
    }

    [Fact]
    public async Task A_job_that_times_out_saves_only_what_is_always_saved()
    {
        _bench.Workflow("""
            caches: { c: { paths: [~/c], key: k }, l: { paths: [~/l], key: k, save: always } }
            jobs:
              a:
                image: tiny
                network: none
                caches: [c, l]
                timeout-minutes: 0.02
                steps: [{ run: "mkdir -p ~/c ~/l; touch ~/c/f ~/l/f; sleep 600" }]
                artifacts: [{ name: log, path: ~/l, when: always }, { name: no, path: ~/c }]
            """);

        var report = await _bench.ReportAsync(1);

        (report.Cache("c").Save, report.Cache("l").Save).ShouldBe(("skipped", "saved"));
        report.Artifacts().Select(a => a.Short).ShouldBe(["upload log ready"]);
    }

    private void LoseLayers()
    {
        foreach (var organization in Directory.EnumerateDirectories(Path.Combine(_bench.Data, "layers")))
        {
            Directory.Delete(organization, recursive: true);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);
}
