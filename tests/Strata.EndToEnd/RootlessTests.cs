using System.Diagnostics;
using static Strata.EndToEnd.NormalUser;

namespace Strata.EndToEnd;

/// <summary>A normal user with a subuid range runs workflows without sudo.</summary>
public sealed class RootlessTests : IDisposable
{
    private const string User = Name;
    private readonly NormalUser _user = new();
    private readonly Workbench _bench = new();

    [Fact]
    public async Task A_normal_user_runs_a_workflow_and_nothing_is_left()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                resources: { memory: 100MiB }
                steps:
                  - run: |
                      test "$(id -u)" = 0
                      read inside outside count < /proc/self/uid_map
                      test "$inside $outside" = "0 1"
                      grep -q '^Seccomp:.2$' /proc/self/status
                      echo kept > /root/mark && rm -r /etc/passwd && mkdir /etc/passwd
                      sleep 1000 &
                  - run: test "$(cat /root/mark)" = kept && ! echo 1 > /proc/sys/kernel/panic
            """.Replace("Seccomp:.2", "Seccomp:\t2", StringComparison.Ordinal));
        Own(Path.GetDirectoryName(_bench.Workspace)!);
        var before = await HostState.SettledAsync();

        var exitCode = Run("su", User, "-c", $"cd {_bench.Workspace} && {StrataProgram.Path} run --data {_bench.Data} --report report.json");

        exitCode.ShouldBe(0);
        ((string?)_bench.Report()["status"]).ShouldBe("success");
        (await HostState.SettledAsync()).ShouldBe(before);
        Directory.EnumerateDirectories(Path.Combine(_bench.Data, "live")).ShouldBeEmpty();
    }

    [Fact]
    public void Doctor_tells_a_normal_user_what_jobs_will_find()
    {
        Own(Path.GetDirectoryName(_bench.Workspace)!);

        Run("su", User, "-c", $"cd {_bench.Workspace} && {StrataProgram.Path} doctor --data {_bench.Data} --json > doctor.json"); // its exit code is the machine's: /dev/net/tun may be closed to users

        var findings = _bench.Report("doctor.json")["findings"]!.AsArray().ToDictionary(static f => (string)f!["name"]!, static f => $"{f!["status"]}: {f["detail"]}");
        findings["user"].ShouldStartWith("ok");
        findings["user namespaces, id-mapped mounts"].ShouldStartWith("ok");
        findings["layers"].ShouldNotStartWith("missing");
        findings["cgroups"].ShouldContain("limits of jobs are not enforced for this user");
    }

    [Fact]
    public void A_normal_user_gets_hits_of_hermetic_steps_that_prove_themselves()
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps:
                  - run: mkdir -p dist/stale && echo in > in.txt
                  - { run: 'test ! -e dist && mkdir dist && cat in.txt > dist/out && ln dist/out dist/link', cache: { inputs: [in.txt], outputs: [dist/] } }
                  - run: test "$(ls dist | tr '\n' ' ')" = 'link out '
            """);
        Own(Path.GetDirectoryName(_bench.Workspace)!);

        AsUser("run --report report.json").ShouldBe(0);
        AsUser("run --report report.json --verify-strict").ShouldBe(0);

        var report = _bench.Report();
        ((string?)report["jobs"]![0]!["steps"]![1]!["cache"]!["outcome"]).ShouldBe("hit");
        ((int?)report["verify"]!["sampled"]).ShouldBe(1);
        int AsUser(string arguments) => Run("su", User, "-c", $"cd {_bench.Workspace} && {StrataProgram.Path} {arguments} --data {_bench.Data}");
    }

    [Fact]
    public void A_normal_user_exports_imports_runs_and_removes_images()
    {
        _bench.Workflow("jobs: { a: { image: tiny, network: none, steps: [{ run: \"true\" }] } }");
        Own(Path.GetDirectoryName(_bench.Workspace)!);

        AsUser("image export tiny tiny-image.tar").ShouldBe(0);
        AsUser("image import copy:1 tiny-image.tar").ShouldBe(0);
        _bench.Workflow("jobs: { a: { image: \"copy:1\", network: none, steps: [{ run: test -e /bin/busybox }] } }");
        AsUser("run").ShouldBe(0);
        AsUser("image ls").ShouldBe(0);
        AsUser("image rm copy:1").ShouldBe(0);

        var left = Directory.GetDirectories(_bench.Data, "fs", SearchOption.AllDirectories).ShouldHaveSingleItem(); // what was extracted went with its layer
        File.Exists(Path.Combine(left, "strata.yml")).ShouldBeTrue("the source's");

        int AsUser(string arguments) => Run("su", User, "-c", $"cd {_bench.Workspace} && {StrataProgram.Path} {arguments} --data {_bench.Data}");
    }

    [Fact]
    public void A_normal_user_has_caches_and_artifacts()
    {
        _bench.Workflow("""
            caches: { c: { paths: [~/c, in], key: "k-${{ vars.N }}", restore-keys: [k-] } }
            jobs:
              make:
                image: tiny
                network: none
                caches: [c]
                steps: [{ run: "mkdir -p ~/c/d in dist; test ! -e ~/c/gone; echo ${{ vars.N }} >> ~/c/d/all; echo x > in/f; chown 5:6 in/f; cp ~/c/d/all dist/a; mv ~/c/d ~/c/e; mv ~/c/e ~/c/d; echo y > ~/c/gone; rm ~/c/gone" }]
                artifacts: [{ name: dist, path: dist }]
              use:
                image: tiny
                network: none
                artifacts-from: { dist: ~/got }
                steps:
                  - run: test $(wc -l < ~/got/a) = ${{ vars.N }}
                  - { uses: actions/download-artifact@v4, with: { name: dist, path: again } }
                  - run: cmp again/a ~/got/a && echo z >> ~/got/a && rm -r ~/got && mkdir ~/got
            """);
        Own(Path.GetDirectoryName(_bench.Workspace)!);

        AsUser(1).ShouldBe("miss saved");
        AsUser(2).ShouldBe("partial saved");
        AsUser(3).ShouldBe("partial saved");

        string AsUser(int n)
        {
            Run("su", User, "-c", $"cd {_bench.Workspace} && {StrataProgram.Path} run --data {_bench.Data} --report report.json --var N={n}").ShouldBe(0);
            return _bench.Report().Cache(job: "make").Both;
        }
    }

    [Theory]
    [InlineData("root")]
    [InlineData(User)]
    public async Task What_changes_in_the_workspace_while_a_job_runs_is_not_seen_by_it(string user)
    {
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                network: none
                steps:
                  - run: cat changed > /dev/null; sleep 97531 || true
                  - run: test ! -e .env && test ! -e directory/new && test "$(cat changed appended replaced removed)" = "$(printf 'before\nbefore\nbefore\nbefore')"
            """);
        Own(Path.GetDirectoryName(_bench.Workspace)!);
        Shell("mkdir directory; for f in changed appended replaced removed; do echo before > $f; done");
        var running = Task.Run(() => Run("su", user, "-c", $"cd {_bench.Workspace} && {StrataProgram.Path} run --data {_bench.Data} --report report.json"));
        int? sleeping = null;
        while (!running.IsCompleted && (sleeping = Sleeping()) is null)
        {
            await Task.Delay(20);
        }

        Shell("echo SECRET=1 > .env; echo after > changed; echo after >> appended; echo after > other; mv other replaced; rm removed; touch directory/new");
        running.IsCompleted.ShouldBeFalse();
        Run("kill", sleeping!.Value.ToString(System.Globalization.CultureInfo.InvariantCulture)).ShouldBe(0);

        (await running).ShouldBe(0);
        ((string?)_bench.Report()["status"]).ShouldBe("success");

        void Shell(string script) => Run("su", User, "-c", $"cd {_bench.Workspace} && {script}").ShouldBe(0);

        static int? Sleeping() => Process.GetProcessesByName("sleep").Concat(Process.GetProcessesByName("busybox"))
            .FirstOrDefault(static p => CommandLine(p.Id).Contains("sleep\097531", StringComparison.Ordinal))?.Id;

        static string CommandLine(int process)
        {
            try
            {
                return File.ReadAllText($"/proc/{process}/cmdline");
            }
            catch (IOException)
            {
                return ""; // it has ended
            }
        }
    }

    public void Dispose()
    {
        _bench.Dispose();
        _user.Dispose();
    }
}
