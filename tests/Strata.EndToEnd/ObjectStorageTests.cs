using System.Diagnostics;
using Strata.Storage;
using Strata.Storage.Blobs;
using Strata.Storage.Tests.Faults;
using Strata.Storage.Tests.S3;

namespace Strata.EndToEnd;

/// <summary>Caches, hermetic steps and artifacts whose layers are in a real S3 server.</summary>
public sealed class ObjectStorageTests : IDisposable, IClassFixture<RadosGw>
{
    private const string Work = """
        caches: { c: { paths: [~/c], key: "k-${{ vars.N }}" } }
        jobs:
          make:
            image: tiny
            network: none
            caches: [c]
            steps:
              - { run: 'mkdir -p ~/c; [ -e ~/c/f ] || dd if=/dev/urandom of=$HOME/c/f bs=1M count=4 2>/dev/null' }
              - { run: 'mkdir made; dd if=/dev/urandom of=made/f bs=1M count=4 2>/dev/null; echo unmistakable-plain-text > made/t', cache: { inputs: [in.txt], outputs: [made/] } }
              - { run: 'cat ~/c/f made/f | sha256sum' }
            artifacts: [{ name: dist, path: made }]
          take: { image: tiny, network: none, artifacts-from: { dist: in }, steps: [{ run: grep -q unmistakable in/t }] }
        """;

    private const string Publish = """
        jobs:
          make: { image: tiny, network: none, steps: [{ run: 'mkdir made; dd if=/dev/urandom of=made/f bs=1M count=12 2>/dev/null' }], artifacts: [{ name: dist, path: made }] }
          take: { image: tiny, network: none, artifacts-from: { dist: in }, steps: [{ run: test -s in/f }] }
        """;

    private static readonly TimeSpan Restart = TimeSpan.FromSeconds(40);

    private readonly Workbench _bench = new();
    private readonly RadosGw _server;
    private readonly string _url;

    public ObjectStorageTests(RadosGw server)
    {
        _server = server;
        _url = server.Url(Guid.NewGuid().ToString("n"));
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", RadosGw.AccessKey);
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", RadosGw.SecretKey);
        _bench.Write("in.txt", "1");
        _bench.Workflow(Work);
    }

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_host_that_lost_all_its_layers_goes_on_with_what_is_stored()
    {
        var first = await RunAsync();
        var sum = SumOf(first);
        LoseLayers();

        var second = await RunAsync();
        var report = _bench.Report();
        SumOf(second).ShouldBe(sum);
        report.Cache(job: "make").Both.ShouldBe("hit skipped");
        ((long)report.Job("make")["caches"]![0]!["transferredBytes"]!).ShouldBeGreaterThan(4_000_000);
        ((string)report.Job("make")["steps"]![1]!["cache"]!["outcome"]!).ShouldBe("hit", second.All);

        LoseLayers();
        var got = await StorageAsync("artifact", "get", "dist", "-o", "got/");
        got.ExitCode.ShouldBe(0, got.All);
        (await File.ReadAllTextAsync(Path.Combine(_bench.Workspace, "got/t"))).ShouldBe("unmistakable-plain-text\n");
        (await StorageAsync("storage", "verify")).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task A_run_without_the_storage_takes_nothing_of_it_out_of_use_but_what_it_saves_anew()
    {
        var sum = SumOf(await RunAsync());
        LoseLayers();
        var without = await _bench.RunAsync("--var", "N=1", "--ref", "feature");
        var missed = _bench.Report();
        LoseLayers();

        SumOf(await RunAsync()).ShouldBe(sum);
        without.ExitCode.ShouldBe(0, without.All);
        missed.Cache(job: "make").Both.ShouldBe("error saved");
        missed.Cache(job: "make").Reason!.ShouldContain("which this run does not use");
        _bench.Report().Cache(job: "make").Both.ShouldBe("hit skipped");

        LoseLayers();
        (await _bench.RunAsync("--var", "N=1")).ExitCode.ShouldBe(0);
        _bench.Report().Cache(job: "make").Both.ShouldBe("error saved");
        (await _bench.RunAsync("--var", "N=1")).ExitCode.ShouldBe(0);
        _bench.Report().Cache(job: "make").Both.ShouldBe("hit skipped");
        ((string)_bench.Report().Job("make")["steps"]![1]!["cache"]!["outcome"]!).ShouldBe("hit");
    }

    [Fact]
    public async Task What_the_store_lost_is_found_by_verification_and_is_a_miss_and_stored_again()
    {
        await RunAsync();
        await using (var store = BlobStores.Open(StorageLocation.Parse(_url), BlobTimes.Default, TimeProvider.System))
        {
            await foreach (var stored in store.ListAsync("", CancellationToken.None))
            {
                await store.DeleteAsync(stored.Key, CancellationToken.None);
            }
        }

        LoseLayers();
        var verified = await StorageAsync("storage", "verify");
        verified.ExitCode.ShouldNotBe(0, verified.All);

        await RunAsync();
        _bench.Report().Cache(job: "make").Outcome.ShouldBe("miss");
        LoseLayers();
        await RunAsync();
        _bench.Report().Cache(job: "make").Outcome.ShouldBe("hit");
    }

    [Fact]
    public async Task A_store_that_is_down_costs_time_and_no_job_that_can_do_without()
    {
        _bench.Workflow(Work[..Work.IndexOf("    artifacts:", StringComparison.Ordinal)]);

        var outcome = await _bench.RunAsync("--storage", "s3://strata?endpoint=http://127.0.0.1:9&region=default", "--var", "N=1");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        _bench.Report().Cache(job: "make").Save.ShouldBe("error", outcome.All);
    }

    [Fact]
    public async Task An_upload_that_takes_longer_than_its_step_may_fails_the_job()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        _bench.Workflow("""
            jobs:
              make:
                image: tiny
                network: none
                steps: [{ run: echo 1 > f }, { uses: actions/upload-artifact@v4, with: { name: dist, path: f }, timeout-minutes: 0.05 }, { run: "true" }]
            """);

        var report = await _bench.ReportAsync(1, "--storage", $"s3://strata?endpoint=http://{silent.LocalEndpoint}&region=default");

        report.Status("make").ShouldBe("failure");
        report.Reason("make").ShouldNotBeNull().ShouldContain("timed out after 0.05 min");
    }

    [Fact]
    public async Task Ctrl_C_ends_an_upload_to_a_store_that_does_not_answer()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        _bench.Workflow("""
            jobs:
              make: { image: tiny, network: none, steps: [{ run: echo 1 > f }], artifacts: [{ name: dist, path: f }] }
            """);
        using var process = StrataProgram.Start(
            _bench.Workspace, "run", "--data", _bench.Data, "--report", "report.json", "--storage", $"s3://strata?endpoint=http://{silent.LocalEndpoint}&region=default");
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var asked = await silent.AcceptTcpClientAsync();

        using (var kill = System.Diagnostics.Process.Start("kill", ["-INT", $"{process.Id}"]))
        {
            await kill.WaitForExitAsync();
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        await process.WaitForExitAsync(patience.Token);
        process.ExitCode.ShouldBe(1, string.Concat(await output));
        _bench.Report().Status("make").ShouldBe("cancelled");
        (await _bench.StrataAsync("artifact", "ls", "--all", "--data", _bench.Data)).Stdout.ShouldContain("failed");
    }

    [Fact]
    public async Task A_store_that_is_started_again_in_the_middle_of_an_upload_fails_no_artifact()
    {
        _bench.Workflow(Publish);
        var away = 0L; // since when
        await using var proxy = new FaultProxy(_server.Endpoint, request =>
            !IsPart(request) && away == 0 ? Fault.None
            : Interlocked.CompareExchange(ref away, Stopwatch.GetTimestamp(), 0) == 0 ? Fault.ResetInRequest
            : Stopwatch.GetElapsedTime(away) < Restart ? Fault.ResetAtStart
            : Fault.None);

        var outcome = await _bench.RunAsync("--storage", Through(proxy));

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stderr.ShouldContain("'dist': waits for the storage");
    }

    [Fact]
    public async Task A_store_that_fails_in_the_middle_of_an_upload_fails_the_job_which_says_so()
    {
        _bench.Workflow(Publish);
        var last = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? Fault.ResetAtStart : Fault.Forbidden; // the first is waited for for minutes
        var parts = 0;
        await using var proxy = new FaultProxy(_server.Endpoint, request => (IsPart(request) ? Interlocked.Increment(ref parts) : parts) > 1 ? last : Fault.None);

        var outcome = await _bench.RunAsync("--storage", Through(proxy));

        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.Stderr.ShouldContain("STR6202");
        ((string)_bench.Report().Job("make")["reason"]!).ShouldContain("the artifact 'dist' could not be stored");
        ((string)_bench.Report().Job("take")["status"]!).ShouldBe("failure", outcome.All);
    }

    [Fact]
    public async Task Who_takes_an_artifact_that_cannot_be_fetched_fails_alone_and_is_told_why()
    {
        var data = Directory.CreateTempSubdirectory("strata-small-").FullName;
        await ShellAsync($"mount -t tmpfs -o size=200m,mode=0755 tmpfs {data}");
        try
        {
            _bench.Workflow(Publish);
            (await StrataAsync("run", "--report", "report.json", "--storage", _url)).ExitCode.ShouldBe(0);
            var run = (string)_bench.Report()["runId"]!;
            _bench.Workflow($$"""
                jobs:
                  take: { image: tiny, network: none, artifacts-from: { dist: { path: in, run: {{run}} } }, steps: [{ run: "true" }] }
                  other: { image: tiny, network: none, steps: [{ run: "true" }] }
                """);
            Directory.Delete(Path.Combine(data, "layers", "local"), recursive: true);

            await ShouldBeToldAsync("no storage is given that may have it (--storage)", "--run", run);

            await ShellAsync($"fallocate -l $(( ($(stat -f -c '%a * %S' {data})) - 8000000 )) {data}/full"); // enough for the image
            await ShouldBeToldAsync("No space left", "--run", run, "--storage", _url);
        }
        finally
        {
            await ShellAsync($"umount {data}; rmdir {data}");
        }

        Task<Outcome> StrataAsync(params string[] arguments) => _bench.StrataAsync([.. arguments, "--data", data]);

        async Task ShouldBeToldAsync(string why, string runOption, string run, params string[] storage)
        {
            var ran = await StrataAsync(["run", "--report", "report.json", .. storage]);
            ran.ExitCode.ShouldBe(1, ran.All);
            ((string)_bench.Report().Job("take")["reason"]!).ShouldContain(why);
            ((string)_bench.Report().Job("other")["status"]!).ShouldBe("success", ran.All);
            var got = await StrataAsync(["artifact", "get", "dist", "-o", "got/", runOption, run, .. storage]);
            got.ExitCode.ShouldBe(3, got.All);
            got.Stderr.ShouldContain("STR4007");
            got.Stderr.ShouldContain(why);
        }
    }

    [Fact]
    public async Task The_doctor_advises_a_rule_for_unfinished_uploads_and_sets_it()
    {
        (await StorageAsync("doctor")).Stdout.ShouldContain("no rule ends unfinished uploads");

        var set = await StorageAsync("doctor", "--set-lifecycle");

        set.ExitCode.ShouldBe(0, set.All);
        set.Stdout.ShouldContain("unfinished uploads end after 7 days");
        (await StorageAsync("doctor")).Stdout.ShouldContain("unfinished uploads end after 7 days");
    }

    [Fact]
    public async Task The_doctor_says_that_a_storage_cannot_be_used()
    {
        var denied = await _bench.StrataAsync("doctor", "--data", _bench.Data, "--storage", _url.Replace("s3://", "s3://no-such-bucket-", StringComparison.Ordinal));

        denied.ExitCode.ShouldBe(1, denied.All);
        denied.Stdout.ShouldContain("missing storage");
    }

    private static bool IsPart(ProxiedRequest request) => request.Target.Contains("partNumber=", StringComparison.Ordinal);

    private static string Through(FaultProxy proxy) => $"s3://{RadosGw.Bucket}/{Guid.NewGuid():n}?endpoint={proxy.Endpoint}&region=default";

    private static async Task ShellAsync(string script)
    {
        using var process = Process.Start("sh", ["-ec", script]);
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, script);
    }

    private async Task<Outcome> RunAsync()
    {
        var outcome = await _bench.RunAsync("--storage", _url, "--var", "N=1");
        outcome.ExitCode.ShouldBe(0, outcome.All);
        return outcome;
    }

    private Task<Outcome> StorageAsync(params string[] arguments) => _bench.StrataAsync([.. arguments, "--data", _bench.Data, "--storage", _url]);

    private static string SumOf(Outcome outcome) => outcome.Stderr.Split('\n').Single(static line => line.EndsWith("  -", StringComparison.Ordinal));

    private void LoseLayers() => Directory.Delete(Path.Combine(_bench.Data, "layers", "local"), recursive: true);
}
