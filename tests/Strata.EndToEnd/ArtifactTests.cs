namespace Strata.EndToEnd;

/// <summary>What jobs publish and take, as a user of <c>strata run</c> sees it.</summary>
public sealed class ArtifactTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task An_artifact_may_be_laid_into_the_workspace_itself()
    {
        _bench.Write("kept.txt", "of the source\n");
        _bench.Workflow("""
            jobs:
              build:
                image: tiny
                network: none
                steps: [{ run: "mkdir dist; echo made > dist/made.txt" }]
                artifacts: [{ name: dist, path: dist/ }]
              use:
                image: tiny
                network: none
                artifacts-from: { dist: . }
                steps: [{ run: "test $(cat made.txt) = made && test -s kept.txt && rm made.txt && test ! -e made.txt" }]
            """);
        await _bench.ReportAsync(0);
    }

    [Fact]
    public async Task A_directory_a_file_patterns_and_matrix_names_reach_the_jobs_that_take_them()
    {
        _bench.Write("docs/readme.md", "of the source\n");
        _bench.Write("docs/draft.md", "draft\n");
        _bench.Workflow("""
            jobs:
              build:
                image: tiny
                network: none
                steps: [{ run: "mkdir -p dist/sub out; echo 1 > dist/a; echo h > dist/.hidden; ln a dist/link 2>/dev/null || ln dist/a dist/link; ln -s a dist/to; echo x > dist/sub/run; chmod 755 dist/sub/run; echo one > out/one.txt; echo log > out/log; mkdir -p ~/made; echo home > ~/made/h" }]
                artifacts:
                  - { name: dist, path: dist/ }
                  - { name: one, path: out/one.txt }
                  - { name: globs, path: ["docs/**/*.md", "out/*.txt", "!docs/draft.md"] }
                  - { name: home, path: ~/made }
              each:
                image: tiny
                network: none
                strategy: { matrix: { v: [x, y] } }
                steps: [{ run: "echo ${{ matrix.v }} > v.txt" }]
                artifacts: [{ name: "v-${{ matrix.v }}", path: v.txt }]
              use:
                image: tiny
                network: none
                artifacts-from:
                  dist: dist/
                  one: in/one
                  globs: { path: ~/globs }
                  home: /opt/home
                  v-x: { path: in/x, job: each }
                  v-y: { path: in/y, job: each }
                steps:
                  - run: |
                      test "$(find dist | sort | tr '\n' ' ')" = "dist dist/.hidden dist/a dist/link dist/sub dist/sub/run dist/to "
                      test -x dist/sub/run && test "$(readlink dist/to)" = a && test "$(stat -c %h dist/a)" = 2
                      test "$(ls -A in/one)" = one.txt
                      test "$(cd ~/globs; find . -type f | sort | tr '\n' ' ')" = "./docs/readme.md ./out/one.txt "
                      test "$(cat /opt/home/h in/x/v.txt in/y/v.txt | tr '\n' ' ')" = "home x y "
                      echo changed >> dist/a && rm in/one/one.txt
              again:
                image: tiny
                network: none
                artifacts-from: { dist: elsewhere }
                needs: use
                steps: [{ run: test "$(cat elsewhere/a)" = 1 }]
            """);

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        var report = _bench.Report();
        report.Artifacts("build").Select(a => a.Short).ShouldBe(["upload dist ready", "upload one ready", "upload globs ready", "upload home ready"]);
        report.Artifacts("build").ShouldAllBe(a => a.Digest!.StartsWith("sha256:") && a.SizeBytes > 0);
        report.Artifacts("use").Select(a => a.Short).ShouldBe(
            ["download dist ready", "download one ready", "download globs ready", "download home ready", "download v-x ready", "download v-y ready"], ignoreOrder: true);
        report.Artifacts("again").Single().Digest.ShouldBe(report.Artifacts("build")[0].Digest);
    }

    [Fact]
    public async Task What_matches_nothing_is_an_error_unless_it_may()
    {
        _bench.Workflow("""
            jobs:
              quiet:
                image: tiny
                network: none
                steps: [{ run: mkdir empty }]
                artifacts: [{ name: i, path: none/, if-empty: ignore }, { name: w, path: "empty/*.txt", if-empty: warn }]
              loud:
                image: tiny
                network: none
                steps: [{ run: "true" }]
                artifacts: [{ name: nothing, path: none/ }]
              after: { image: tiny, network: none, needs: loud, steps: [{ run: "true" }] }
            """);

        var outcome = await _bench.RunAsync();
        var report = _bench.Report();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        report.Status("quiet").ShouldBe("success");
        report.Artifacts("quiet").ShouldBeEmpty();
        (report.Status("loud"), report.Status("after")).ShouldBe(("failure", "skipped"));
        report.Reason("loud").ShouldNotBeNull().ShouldContain("'nothing'");
        report.Artifacts("loud").Single().Short.ShouldBe("upload nothing failed");
        outcome.Stderr.ShouldContain("no file matches the path of the artifact 'w'");
        outcome.Stderr.ShouldNotContain("the artifact 'i'");
    }

    [Fact]
    public async Task Who_takes_what_did_not_come_fails_and_says_so()
    {
        _bench.Workflow("""
            jobs:
              bad: { image: tiny, network: none, steps: [{ run: exit 1 }], artifacts: [{ name: dist, path: f, when: always, if-empty: ignore }] }
              off: { image: tiny, network: none, if: false, steps: [{ run: echo x > f }], artifacts: [{ name: other, path: f }] }
              use: { image: tiny, network: none, artifacts-from: { dist: in }, steps: [{ run: echo never }] }
              late: { image: tiny, network: none, artifacts-from: { other: in }, steps: [{ run: echo never }] }
              plain: { image: tiny, network: none, needs: bad, steps: [{ run: echo never }] }
              own: { image: tiny, network: none, if: success(), artifacts-from: { dist: in }, steps: [{ run: echo never }] }
            """);

        var outcome = await _bench.RunAsync();
        var report = _bench.Report();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        report.Status("use").ShouldBe("failure");
        report.Reason("use").ShouldStartWith("the artifact 'dist' that it takes does not come: the result of job 'bad', which makes it, is failure since 2");
        report.Status("late").ShouldBe("failure");
        report.Reason("late").ShouldStartWith("the artifact 'other' that it takes does not come: the result of job 'off', which makes it, is skipped since 2");
        (report.Status("plain"), report.Status("own")).ShouldBe(("skipped", "skipped"));
    }

    [Fact]
    public async Task A_path_that_is_a_link_publishes_what_it_leads_to_and_none_that_leads_out()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps: [{ run: "mkdir -p build/17; echo 17 > build/17/f; ln -s f build/17/l; ln -s build/17 current; ln -s /workspace/build/17/f report.txt; ln -s /etc/passwd out" }]
                artifacts: [{ name: dir, path: current }, { name: file, path: report.txt }]
              b: { image: tiny, network: none, artifacts-from: { dir: d, file: r }, steps: [{ run: 'test "$(cat d/f d/l r/report.txt | tr -d "\n")" = 171717 && test -L d/l && test ! -L r/report.txt' }] }
              c: { image: tiny, network: none, steps: [{ run: ln -s /etc/passwd out }], artifacts: [{ name: out, path: out }] }
            """);

        var outcome = await _bench.RunAsync();
        var report = _bench.Report();

        (report.Status("a"), report.Status("b"), report.Status("c")).ShouldBe(("success", "success", "failure"), outcome.All);
        report.Reason("c").ShouldNotBeNull().ShouldContain("outside of /workspace");
    }

    [Fact]
    public async Task What_a_failed_job_publishes_is_what_its_when_says()
    {
        _bench.Workflow("""
            jobs:
              bad:
                image: tiny
                network: none
                steps: [{ run: echo x > f; exit 1 }]
                artifacts: [{ name: s, path: f }, { name: f, path: f, when: on-failure }, { name: a, path: f, when: always }]
              good:
                image: tiny
                network: none
                steps: [{ run: echo x > f }]
                artifacts: [{ name: s2, path: f }, { name: f2, path: f, when: on-failure }, { name: a2, path: f, when: always }]
              use:
                image: tiny
                network: none
                if: always()
                artifacts-from: { f: { path: in/f }, s: { path: in/s, optional: true }, a: in/a }
                steps: [{ run: test -e in/f/f && test -e in/a/f && test ! -e in/s }]
            """);

        var report = await _bench.ReportAsync(1);

        report.Artifacts("bad").Select(a => a.Name).ShouldBe(["f", "a"]);
        report.Artifacts("good").Select(a => a.Name).ShouldBe(["s2", "a2"]);
        report.Status("use").ShouldBe("success", report.Reason("use"));
    }

    [Theory]
    [InlineData("steps: [{ run: exit 1 }]", "STR4002", "job build failed at 2")]
    [InlineData("if: false\n    steps: [{ run: 'true' }]", "STR4002", "job build was skipped at 2")]
    [InlineData("steps: [{ run: echo ok > dist }]\n    if: always() && false", "STR4002", "job build was skipped at 2")]
    [InlineData("steps: [{ run: 'true' }]", "STR4001", "no file matches")]
    public async Task Who_takes_what_was_not_made_fails_before_its_first_step(string producer, string code, string why)
    {
        _bench.Workflow($$"""
            jobs:
              build:
                image: tiny
                network: none
                {{producer.Replace("\n    ", "\n    ")}}
                artifacts: [{ name: dist, path: dist }]
              use:
                image: tiny
                network: none
                if: always()
                artifacts-from: { dist: in/ }
                steps: [{ run: echo never said }]
            """);

        var outcome = await _bench.RunAsync();
        var report = _bench.Report();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        report.Status("use").ShouldBe("failure", outcome.All);
        var reason = report.Reason("use").ShouldNotBeNull(outcome.All);
        reason.ShouldContain("'dist'");
        reason.ShouldContain("build");
        reason.ShouldContain(why);
        outcome.Stderr.ShouldContain(code);
        outcome.Stderr.ShouldNotContain("never said");
        report.Job("use")["steps"]![0]!["status"]!.GetValue<string>().ShouldBe("skipped");
    }

    [Fact]
    public async Task A_name_is_made_once_in_a_run()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                strategy: { matrix: { v: [1, 2] } }
                steps: [{ run: "echo ${{ matrix.v }} > f" }]
                artifacts: [{ name: "same-${{ github.job }}", path: f }]
            """);

        var outcome = await _bench.RunAsync();
        var report = _bench.Report();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        (report.Status("a (1)"), report.Status("a (2)")).ShouldBe(("success", "failure"));
        var reason = report.Reason("a (2)").ShouldNotBeNull();
        reason.ShouldContain("'same-a'");
        reason.ShouldContain("a (1)");

        _bench.Workflow("jobs: { a: { image: tiny, steps: [{ run: 'true' }], artifacts: [{ name: x, path: f }] }, b: { image: tiny, steps: [{ run: 'true' }], artifacts: [{ name: x, path: g }] } }");
        (await _bench.RunAsync()).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task A_secret_in_an_artifact_fails_the_job_with_file_and_line()
    {
        _bench.Workflow("""
            caches: { cargo: { paths: [~/.cargo], key: k, save: always } }
            jobs:
              leak:
                image: tiny
                network: none
                steps: [{ run: "mkdir -p out/conf; { echo 1; echo 2; printf '%s' '${{ secrets.TOKEN }}' | base64; } > out/conf/app.ini" }]
                artifacts: [{ name: out, path: out/ }]
              allowed:
                image: tiny
                network: none
                steps: [{ run: "mkdir out; echo '${{ secrets.TOKEN }}' > out/fixture" }]
                artifacts: [{ name: fine, path: out/, allow-secrets-in: [fixture] }]
              login:
                image: tiny
                network: none
                caches: [cargo]
                steps: [{ run: "mkdir ~/.docker ~/.cargo; echo '{\"auths\":{\"r\":{\"auth\":\"YTpi\"}}}' > ~/.docker/config.json; echo 'token = \"abc\"' > ~/.cargo/credentials.toml" }]
                artifacts: [{ name: login, path: ~/.docker/ }]
              use:
                image: tiny
                network: none
                if: always()
                artifacts-from: { out: in/ }
                steps: [{ run: "true" }]
            """);

        var outcome = await _bench.RunAsync("--secret", "TOKEN=s3cr3t-value-0123456789");
        var report = _bench.Report();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        report.Status("leak").ShouldBe("failure");
        report.Reason("leak").ShouldNotBeNull().ShouldContain("/conf/app.ini, line 3");
        report.Artifacts("leak").Single().State.ShouldBe("failed");
        report.Status("allowed").ShouldBe("success", outcome.All);
        report.Reason("login").ShouldNotBeNull().ShouldContain("/root/.docker/config.json, line 1 holds a login of docker");
        outcome.Stderr.ShouldContain("/root/.cargo/credentials.toml, line 1 holds a token of cargo");
        report.Cache(job: "login").Save.ShouldBe("blocked");
        report.Reason("use").ShouldNotBeNull().ShouldContain("app.ini");
        outcome.All.ShouldNotContain("s3cr3t-value");
    }

    [Fact]
    public async Task An_artifact_of_another_run_is_taken_by_its_id_and_a_forks_only_knowingly()
    {
        const string produce = "jobs: { build: { image: tiny, network: none, steps: [{ run: \"echo ${{ vars.T }} > f\" }], artifacts: [{ name: dist, path: f }] } }";
        static string Consume(string more) => $"jobs: {{ use: {{ image: tiny, network: none, artifacts-from: {{ dist: {{ path: in/, run: '${{{{ vars.RUN }}}}'{more} }} }}, steps: [{{ run: cat in/f }}] }} }}";
        _bench.Workflow(produce);
        var main = (await _bench.ReportAsync(0, "--trust", "protected", "--ref", "main", "--var", "T=of-main")).RunId();
        var fork = (await _bench.ReportAsync(0, "--trust", "fork", "--ref", "refs/pull/7/merge", "--base", "main", "--var", "T=of-fork")).RunId();

        _bench.Workflow(Consume(""));
        var other = await _bench.RunAsync("--var", $"RUN={main}");
        var refused = await _bench.RunAsync("--var", $"RUN={fork}");
        var reason = _bench.Report().Reason();
        var unknown = await _bench.RunAsync("--var", "RUN=no-such-run");
        _bench.Workflow(Consume(", trust: fork"));
        var trusted = await _bench.RunAsync("--var", $"RUN={fork}");

        (other.ExitCode, refused.ExitCode, unknown.ExitCode, trusted.ExitCode).ShouldBe((0, 1, 1, 0), other.All + refused.All + unknown.All + trusted.All);
        other.Stderr.ShouldContain("of-main");
        trusted.Stderr.ShouldContain("of-fork");
        refused.Stderr.ShouldNotContain("of-fork");
        reason.ShouldNotBeNull().ShouldContain(fork);
    }

    [Fact]
    public async Task The_actions_of_github_publish_and_take_within_a_job_and_between_jobs()
    {
        _bench.Workflow("""
            jobs:
              make:
                image: tiny
                network: none
                outputs: { digest: "${{ steps.up.outputs.artifact-digest }}" }
                steps:
                  - run: mkdir -p out/deep; echo 1 > out/a.txt; echo h > out/.hidden; echo 2 > out/deep/b.txt; echo 3 > c.txt
                  - { id: up, uses: actions/upload-artifact@v4, with: { name: part-a, path: out } }
                  - { uses: actions/upload-artifact@v4, with: { name: part-b, path: c.txt } }
                  - { uses: actions/upload-artifact@v4, with: { name: other, path: "c.txt\nout/a.txt" } }
                  - { uses: actions/upload-artifact@v4, with: { name: none, path: nowhere } }
                  - run: echo changed > out/a.txt
                  - { uses: actions/download-artifact@v4, with: { name: part-a, path: back } }
                  - run: test $(cat back/a.txt) = 1 && test ! -e back/.hidden
              take:
                needs: make
                image: tiny
                network: none
                steps:
                  - { id: one, uses: actions/download-artifact@v4, with: { name: part-b } }
                  - run: test $(cat c.txt) = 3 && test -n "${{ needs.make.outputs.digest }}" && test "${{ steps.one.outputs.download-path }}" = /workspace
                  - { uses: actions/download-artifact@v4, with: { pattern: "part-*", path: each } }
                  - run: test "$(cd each; find . -type f | sort | tr '\n' ' ')" = "./part-a/a.txt ./part-a/deep/b.txt ./part-b/c.txt "
                  - { uses: actions/download-artifact@v4, with: { pattern: "part-*", path: merged, merge-multiple: true } }
                  - run: test "$(cd merged; find . -type f | sort | tr '\n' ' ')" = "./a.txt ./c.txt ./deep/b.txt "
                  - { uses: actions/download-artifact@v4, with: { path: ~/all } }
                  - run: test "$(ls ~/all | tr '\n' ' ')" = "other part-a part-b " && test -e ~/all/other/out/a.txt
                  - { uses: actions/download-artifact@v4, continue-on-error: true, id: no, with: { name: nope } }
                  - run: test "${{ steps.no.outcome }}" = failure
            """);

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
        _bench.Report().Artifacts("make").Select(a => a.Short).ShouldBe(["upload part-a ready", "upload part-b ready", "upload other ready", "download part-a ready"]);
    }

    [Fact]
    public async Task A_name_that_is_made_twice_by_the_action_fails_unless_it_overwrites()
    {
        _bench.Workflow("""
            jobs:
              make:
                image: tiny
                network: none
                steps:
                  - run: echo 1 > f
                  - { uses: actions/upload-artifact@v4, with: { name: x, path: f } }
                  - { id: twice, continue-on-error: true, uses: actions/upload-artifact@v4, with: { name: x, path: f } }
                  - run: test ${{ steps.twice.outcome }} = failure && echo 2 > f
                  - { uses: actions/upload-artifact@v4, with: { name: x, path: f, overwrite: true } }
                  - { uses: actions/download-artifact@v4, with: { name: x, path: in } }
                  - run: test $(cat in/f) = 2
            """);

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(0, outcome.All);
    }

    [Fact]
    public async Task What_is_in_the_temporary_directory_can_be_published_and_what_has_no_root_or_no_name_is_said()
    {
        _bench.Workflow("""
            jobs:
              temporary:
                image: tiny
                network: none
                steps:
                  - run: mkdir -p "$RUNNER_TEMP/out" && echo t > "$RUNNER_TEMP/out/t" && ln -s t "$RUNNER_TEMP/out/l"
                  - { uses: actions/upload-artifact@v4, with: { name: t, path: "${{ runner.temp }}/out" } }
                  - { uses: actions/upload-artifact@v4, with: { name: all, path: "${{ github.workspace }}/strata.*" } }
                artifacts: [{ name: declared, path: /tmp/runner/out/t }]
              take:
                image: tiny
                network: none
                artifacts-from: { t: { path: t, job: temporary }, declared: d, all: { path: all, job: temporary } }
                steps: [{ run: test $(cat t/l d/t | tr '\n' -) = t-t- && test -s all/strata.yml }]
              two:
                image: tiny
                network: none
                steps: [{ run: "touch f ~/f" }]
                artifacts: [{ name: two, path: [f, ~/f] }]
              named:
                image: tiny
                network: none
                env: { NAME: "../up" }
                steps: [{ run: touch f }]
                artifacts: [{ name: "${{ env.NAME }}", path: f }]
              place:
                image: tiny
                network: none
                needs: temporary
                if: always()
                artifacts-from: { declared: { path: bin/busybox/x, job: temporary } }
                steps: [{ run: echo never said }]
              nowhere:
                image: tiny
                network: none
                if: always()
                artifacts-from: { declared: { path: /bin/busybox/x, job: temporary } }
                steps: [{ run: echo never said }]
            """.Replace("path: bin/busybox/x", "path: strata.yml/x", StringComparison.Ordinal));

        var outcome = await _bench.RunAsync();
        var report = _bench.Report();

        report.Status("temporary").ShouldBe("success", outcome.All);
        report.Status("take").ShouldBe("success", outcome.All);
        report.Reason("two").ShouldNotBeNull(outcome.All).ShouldContain("one root");
        report.Reason("named").ShouldNotBeNull(outcome.All).ShouldContain("../up");
        report.Reason("place").ShouldNotBeNull(outcome.All).ShouldContain("/workspace/strata.yml is there and no directory");
        report.Reason("nowhere").ShouldNotBeNull(outcome.All).ShouldContain("/bin/busybox is there and no directory");
        outcome.Stderr.ShouldNotContain("never said");
    }
}
