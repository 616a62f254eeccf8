namespace Strata.EndToEnd;

/// <summary>Dependency caches as a user of <c>strata run</c> sees them: what is found, what is saved, and that neither ever fails a job.</summary>
public sealed class CacheTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_cache_is_missed_saved_hit_found_by_prefix_and_published_again_unchanged()
    {
        const string deps = """
            caches:
              deps: { paths: [~/deps], key: "deps-${{ hashFiles('lock') }}", restore-keys: [deps-] }

            """;
        _bench.Workflow(deps + Job("deps", "mkdir -p ~/deps/sub; cat lock >> ~/deps/sub/all; echo ${{ strata.caches.deps.outcome }} > ~/deps/outcome"));
        _bench.Write("lock", "1\n");
        var first = (await _bench.ReportAsync(0)).Cache();
        var stored = _bench.Report().RunId();
        _bench.Workflow(deps + Job("deps", "test \"$(cat ~/deps/sub/all)\" = 1 && test \"$(cat ~/deps/outcome)\" = miss && test '${{ strata.caches.deps.outcome }}' = hit && echo lost > ~/deps/lost"));
        var second = (await _bench.ReportAsync(0)).Cache();
        _bench.Write("lock", "2\n");
        _bench.Workflow(deps + Job("deps", "test ! -e ~/deps/lost && cat lock >> ~/deps/sub/all"));
        var third = (await _bench.ReportAsync(0)).Cache();
        _bench.Write("lock", "3\n");
        _bench.Workflow(deps + Job("deps", "test \"$(tr '\\n' , < ~/deps/sub/all)\" = 1,2, && touch ~/deps/sub/all && echo x > ~/deps/new && rm ~/deps/new"));
        var fourth = (await _bench.ReportAsync(0)).Cache();
        var fifth = (await _bench.ReportAsync(0)).Cache();

        first.Both.ShouldBe("miss saved");
        first.SavedBytes.ShouldBeGreaterThan(0);
        first.Reason.ShouldNotBeNull();
        (second.Both, second.SaveReason, second.Scope, second.Producer).ShouldBe(("hit skipped", "exact-hit", "local/project/refs/heads/main@protected", stored));
        third.Both.ShouldBe("partial saved");
        third.MatchedKey.ShouldNotBeNull().ShouldStartWith("deps-");
        (fourth.Both, fourth.SavedBytes).ShouldBe(("partial unchanged", 0));
        fifth.Both.ShouldBe("hit skipped");
    }

    [Fact]
    public async Task Several_caches_lie_in_and_beside_the_workspace_and_in_one_another()
    {
        const string caches = """
            caches:
              outer: { paths: [~/.m], key: o }
              inner: { paths: [~/.m/repo], key: i }
              both: { paths: [node_modules, /opt/two], key: b }

            """;
        _bench.Workflow(caches + Job(
            "outer, inner, both",
            "mkdir -p ~/.m/repo node_modules/a /opt/two; echo o > ~/.m/conf; echo i > ~/.m/repo/jar; echo n > node_modules/a/n; echo t > /opt/two/t; ln -s a node_modules/.bin"));
        await _bench.ReportAsync(0);
        _bench.Workflow(caches + Job(
            "both, inner, outer",
            "test \"$(cat ~/.m/conf ~/.m/repo/jar node_modules/.bin/n /opt/two/t | tr -d '\\n')\" = oint && test -e strata.yml && ls /opt && rm ~/.m/repo/jar"));
        var all = await _bench.ReportAsync(0);
        _bench.Workflow(caches + Job("outer", "test -e ~/.m/conf && test ! -e ~/.m/repo/jar && test ! -e node_modules"));
        var one = await _bench.ReportAsync(0);

        foreach (var name in (string[])["outer", "inner", "both"])
        {
            all.Cache(name).Both.ShouldBe("hit skipped", name);
        }

        one.Cache().Both.ShouldBe("hit skipped");
    }

    [Theory]
    [InlineData("~/c")]
    [InlineData("c")]
    public async Task A_restored_directory_can_be_renamed_removed_and_made_anew(string path)
    {
        string Caches(string key) => $"caches: {{ c: {{ paths: [{path}], key: {key}, restore-keys: [k] }} }}\n";
        _bench.Workflow(Caches("k1") + Job("c", $"mkdir -p {path}/sub; echo a > {path}/a; echo b > {path}/sub/b"));
        await _bench.ReportAsync(0);
        _bench.Workflow(Caches("k2") + Job("c", $"mv {path} {path}.old; mkdir {path}; test ! -e {path}/a; mv {path}.old/sub {path}/moved; echo c > {path}/c; rm -rf {path}.old"));
        var renamed = (await _bench.ReportAsync(0)).Cache();
        _bench.Workflow(Caches("k3") + Job("c", $"test \"$(ls -A {path} | tr '\\n' ' ')\" = 'c moved '; cat {path}/moved/b; rm -rf {path}; mkdir -p {path}/moved; echo b > {path}/moved/b; echo c > {path}/c"));
        var same = (await _bench.ReportAsync(0)).Cache();
        _bench.Workflow(Caches("k4") + Job("c", $"rm -rf {path}"));
        var gone = (await _bench.ReportAsync(0)).Cache();
        _bench.Workflow(Caches("k5") + Job("c", $"rm -r {path}/*"));
        var empty = (await _bench.ReportAsync(0)).Cache();

        renamed.Both.ShouldBe("partial saved");
        (same.Both, same.MatchedKey).ShouldBe(("partial unchanged", "k2"));
        (gone.Both, gone.MatchedKey).ShouldBe(("partial skipped", "k3"));
        (empty.Both, empty.MatchedKey).ShouldBe(("partial skipped", "k3"));
    }

    [Fact]
    public async Task What_is_saved_after_a_failure_is_what_its_declaration_says()
    {
        const string caches = """
            caches:
              normal: { paths: [~/n], key: k }
              always: { paths: [~/a], key: k, save: always }
              never: { paths: [~/v], key: k, save: never }

            """;
        _bench.Workflow(caches + Job("normal, always, never", "mkdir ~/n ~/a ~/v; touch ~/n/f ~/a/f ~/v/f; exit 1"));
        var failed = await _bench.ReportAsync(1);
        _bench.Workflow(caches + Job("normal, always, never", "mkdir -p ~/n ~/a ~/v; touch ~/n/f ~/v/f; test -e ~/a/f"));
        var second = await _bench.ReportAsync(0);
        var third = await _bench.ReportAsync(0);

        (failed.Cache("normal").Save, failed.Cache("always").Save, failed.Cache("never").Save).ShouldBe(("skipped", "saved", "skipped"));
        failed.Cache("normal").SaveReason.ShouldBe("the job did not succeed");
        (second.Cache("normal").Both, second.Cache("always").Both, second.Cache("never").Both).ShouldBe(("miss saved", "hit skipped", "miss skipped"));
        (third.Cache("normal").Both, third.Cache("never").Both).ShouldBe(("hit skipped", "miss skipped"));
    }

    [Fact]
    public async Task A_cache_that_must_be_there_fails_the_job_before_its_steps_and_a_look_restores_nothing()
    {
        const string must = "caches: { c: { paths: [~/c], key: k, fail-on-miss: true } }\n";
        _bench.Workflow(must + Job("c", "echo it ran"));
        var missed = await _bench.RunAsync();
        var report = _bench.Report();
        _bench.Workflow("caches: { c: { paths: [~/c], key: k } }\n" + Job("c", "mkdir ~/c; touch ~/c/f"));
        await _bench.ReportAsync(0);
        _bench.Workflow("caches: { c: { paths: [~/c], key: k, lookup-only: true } }\n" + Job("c", "test '${{ strata.caches.c.outcome }}' = hit && test ! -e ~/c && mkdir ~/c && touch ~/c/other"));
        var looked = await _bench.ReportAsync(0);
        _bench.Workflow(must + Job("c", "test -e ~/c/f"));
        var found = await _bench.ReportAsync(0);

        missed.ExitCode.ShouldBe(1, missed.All);
        missed.Stderr.ShouldNotContain("it ran");
        report.Reason().ShouldNotBeNull().ShouldContain("fail-on-miss");
        report.Job()["steps"]!.AsArray().Select(s => (string?)s!["status"]).ShouldBe(["skipped"]);
        looked.Cache().Both.ShouldBe("hit skipped");
        looked.Cache().RestoredBytes.ShouldBe(0);
        found.Cache().Both.ShouldBe("hit skipped");
    }

    [Fact]
    public async Task Without_caches_nothing_is_looked_for_and_nothing_saved()
    {
        _bench.Workflow("caches: { c: { paths: [~/c], key: k } }\n" + Job("c", "mkdir ~/c; touch ~/c/f"));
        var off = (await _bench.ReportAsync(0, "--no-cache")).Cache();
        var on = (await _bench.ReportAsync(0)).Cache();
        var offAgain = (await _bench.ReportAsync(0, "--no-cache")).Cache();

        (off.Both, off.SaveReason, on.Both, offAgain.Both).ShouldBe(("off skipped", "no-cache", "miss saved", "off skipped"));
    }

    [Fact]
    public async Task A_key_is_any_text_and_a_prefix_is_taken_literally()
    {
        var longest = new string('ü', 506) + "%_../é";
        longest.Length.ShouldBe(512);
        _bench.Workflow($"caches: {{ a: {{ paths: [~/a], key: 'p%q_1' }}, b: {{ paths: [~/b], key: '{longest}' }} }}\n" + Job("a, b", "mkdir -p ~/a ~/b; touch ~/a/f ~/b/f"));
        await _bench.ReportAsync(0);
        _bench.Workflow($$"""
            caches:
              a: { paths: [~/a], key: other, restore-keys: [p_q, pxq, 'P%q', 'p%q_'], save: never }
              b: { paths: [~/b], key: '{{longest}}' }

            """ + Job("a, b", "test -e ~/a/f && test -e ~/b/f"));
        var found = await _bench.ReportAsync(0);
        _bench.Workflow($$$"""
            caches:
              a: { paths: [~/a], key: other, restore-keys: [p_q, '%', 'p%q%', 'p%q__'] }
              b: { paths: [~/b], key: "${{ format('{0}x', '{{{longest}}}') }}" }
              c: { paths: [~/c], key: "${{ format('{0},', 'a') }}" }

            """ + Job("a, b, c", "test ! -e ~/a && mkdir ~/b ~/c && touch ~/c/f ~/b/f"));
        var missed = await _bench.ReportAsync(0);

        (found.Cache("a").Outcome, found.Cache("a").MatchedKey).ShouldBe(("partial", "p%q_1"));
        (found.Cache("b").Outcome, found.Cache("b").MatchedKey).ShouldBe(("hit", longest));
        missed.Cache("a").Both.ShouldBe("miss skipped");
        missed.Cache("b").Both.ShouldBe("error skipped");
        missed.Cache("b").Reason.ShouldNotBeNull().ShouldContain("512");
        missed.Cache("c").Both.ShouldBe("error skipped");
        missed.Cache("c").Reason.ShouldNotBeNull().ShouldContain("comma");
    }

    [Fact]
    public async Task Another_image_has_other_caches_unless_only_the_platform_counts()
    {
        const string caches = "caches: { own: { paths: [~/own], key: k }, plain: { paths: [~/plain], key: k, vary: [platform] } }\n";
        _bench.Workflow(caches + Job("own, plain", "mkdir -p ~/own ~/plain; touch ~/own/f ~/plain/f"));
        await _bench.ReportAsync(0);
        _bench.Workflow("  other: { from: images.tiny, steps: [{ run: echo 1 > /etc/other }] }\n" + caches + Job("own, plain", "mkdir ~/own; test -e ~/plain/f", "other"));
        var report = await _bench.ReportAsync(0);

        report.Cache("own").Outcome.ShouldBe("miss");
        report.Cache("plain").Outcome.ShouldBe("hit");
    }

    [Fact]
    public async Task A_rolling_cache_is_saved_by_every_run_that_changes_it_and_the_newest_is_found()
    {
        _bench.Workflow("caches: { cc: { paths: [~/cc], key: cc, rolling: true } }\n" + Job("cc", "mkdir -p ~/cc; echo x >> ~/cc/all; wc -l < ~/cc/all"));
        var outcomes = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            outcomes.Add((await _bench.ReportAsync(0)).Cache().Both);
        }

        _bench.Workflow("caches: { cc: { paths: [~/cc], key: cc, rolling: true } }\n" + Job("cc", "test $(wc -l < ~/cc/all) = 3"));
        outcomes.Add((await _bench.ReportAsync(0)).Cache().Both);

        outcomes.ShouldBe(["miss saved", "partial saved", "partial saved", "partial unchanged"]);
    }

    [Fact]
    public async Task Pitfall_16_a_cache_with_a_secret_in_it_is_not_saved_and_the_job_goes_on()
    {
        _bench.Workflow("caches: { c: { paths: [~/c], key: k } }\n" + Job("c", "mkdir -p ~/c; echo first > ~/c/conf; echo \"token=${{ secrets.TOKEN }}\" >> ~/c/conf"));
        var outcome = await _bench.RunAsync("--secret", "TOKEN=s3cr3t-value-0123456789");
        var blocked = _bench.Report().Cache();
        _bench.Workflow("caches: { c: { paths: [~/c], key: k } }\n" + Job("c", "test ! -e ~/c"));
        var after = (await _bench.ReportAsync(0)).Cache();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        blocked.Both.ShouldBe("miss blocked");
        blocked.SaveReason.ShouldNotBeNull().ShouldContain("STR3170");
        blocked.SaveReason.ShouldContain("/conf, line 2");
        outcome.All.ShouldNotContain("s3cr3t-value");
        outcome.Stderr.ShouldContain("is not saved");
        after.Outcome.ShouldBe("miss");
    }

    [Fact]
    public async Task Values_that_a_step_masked_are_in_no_cache_artifact_or_kept_step()
    {
        _bench.Workflow($"caches: {{ c: {{ paths: [~/c], key: k }} }}\n{Job("c", "echo '::add-mask::maskedvalue99'; mkdir ~/c; echo maskedvalue99 > ~/c/x")}");
        (await _bench.RunAsync()).ExitCode.ShouldBe(0);
        var cache = _bench.Report().Cache();
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps:
                  - run: 'echo ::add-mask::maskedvalue99; mkdir d; echo maskedvalue99 > d/x'
                  - { run: 'mkdir o; printf "maskedvalue%s" 99 > o/x', cache: { inputs: [none], outputs: [o/] } }
                artifacts: [{ name: d, path: d/ }]
            """);
        var outcome = await _bench.RunAsync();

        cache.Both.ShouldBe("miss blocked");
        cache.SaveReason.ShouldNotBeNull().ShouldContain("a value that a step masked (as it is) is in");
        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.All.ShouldContain("The artifact 'd' is not stored: a value that a step masked");
        outcome.All.ShouldContain("What the step made is not stored: a value that a step masked");
    }

    [Fact]
    public async Task A_damaged_layer_is_a_miss_that_can_be_saved_again()
    {
        _bench.Workflow("jobs: { a: { image: tiny, network: none, steps: [{ run: 'true' }] } }");
        await _bench.ReportAsync(0);
        var before = LayerFiles();
        _bench.Workflow("caches: { c: { paths: [~/c], key: k } }\n" + Job("c", "mkdir -p ~/c; head -c 100000 /bin/busybox > ~/c/big"));
        await _bench.ReportAsync(0);
        var damaged = LayerFiles().Except(before).Select(Damage).Count();
        var missed = (await _bench.ReportAsync(0)).Cache();
        var hit = (await _bench.ReportAsync(0)).Cache();

        damaged.ShouldBeGreaterThan(0);
        missed.Both.ShouldBe("miss saved", missed.ToString());
        missed.Reason.ShouldNotBeNull();
        hit.Both.ShouldBe("hit skipped");
    }

    [Fact]
    public async Task Pitfall_17_a_restore_on_this_host_transfers_and_writes_nothing_whatever_its_size()
    {
        _bench.Git("init", "-q"); // what is ignored is not part of the source
        const string many = "mkdir -p ~/c/d; for i in 1 2 3 4 5 6 7 8 9; do for j in 1 2 3 4 5 6 7 8 9; do head -c 20000 /dev/urandom > ~/c/d/f$i$j; done; done";
        _bench.Workflow("caches: { c: { paths: [~/c], key: k } }\n" + Job("c", many));
        await _bench.ReportAsync(0);
        _bench.Workflow("caches: { c: { paths: [~/c], key: k } }\n" + Job("c", "test $(ls ~/c/d | wc -l) = 81"));
        await _bench.ReportAsync(0);
        var before = LayerFiles().Order(StringComparer.Ordinal).ToArray();
        var hit = await _bench.ReportAsync(0);

        hit.Cache().Both.ShouldBe("hit skipped");
        hit.Cache().RestoredBytes.ShouldBe(81 * 20_000);
        ((long)hit.Job()["caches"]![0]!["transferredBytes"]!).ShouldBe(0);
        LayerFiles().Order(StringComparer.Ordinal).ShouldBe(before);
    }

    [Fact]
    public async Task The_next_job_of_a_run_finds_what_the_one_before_it_saved()
    {
        _bench.Workflow("""
            caches: { deps: { paths: [~/deps], key: k } }
            jobs:
              one: { image: tiny, network: none, caches: [deps], steps: [{ run: "mkdir ~/deps; head -c 20000000 /dev/urandom > ~/deps/big" }] }
              two: { image: tiny, network: none, caches: [deps], needs: one, steps: [{ run: "test -s ~/deps/big" }] }
            """);
        var report = await _bench.ReportAsync(0);
        report.Cache(job: "one").Both.ShouldBe("miss saved");
        report.Cache(job: "two").Both.ShouldBe("hit skipped");
    }

    private static string Job(string caches, string script, string image = "tiny") => $$"""
        jobs:
          a:
            image: {{image}}
            network: none
            caches: [{{caches}}]
            steps:
              - run: |
                  {{script}}
        """;

    private List<string> LayerFiles() => [.. Directory.EnumerateFiles(Path.Combine(_bench.Data, "layers"), "*", SearchOption.AllDirectories)];

    private static string Damage(string path)
    {
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        using var file = new FileStream(path, FileMode.Open);
        for (var at = file.Length / 3; at < file.Length; at += 4096)
        {
            file.Position = at;
            var old = file.ReadByte();
            file.Position = at;
            file.WriteByte((byte)~old);
        }

        return path;
    }
}
