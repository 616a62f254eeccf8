using System.Diagnostics;

namespace Strata.EndToEnd;

/// <summary>What taking an artifact costs, as the kernel is asked for it.</summary>
public sealed class ArtifactMountTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task An_artifact_that_is_here_costs_its_consumer_one_mount_and_no_file()
    {
        _bench.Workflow("""
            jobs:
              build:
                image: tiny
                network: none
                steps: [{ run: "mkdir dist; for i in $(seq 500); do echo $i > dist/artifact-$i; done" }]
                artifacts: [{ name: dist, path: dist/ }]
              without:
                image: tiny
                network: none
                needs: build
                steps: [{ run: "true" }]
              with:
                image: tiny
                network: none
                artifacts-from: { dist: taken/ }
                steps: [{ run: "test $(ls taken | wc -l) = 500" }]
            """);
        await _bench.ReportAsync(0);

        var without = await CallsAsync("without");
        var with = await CallsAsync("with");

        Count(without, "fsopen(\"erofs\"").ShouldBeGreaterThan(0);
        Count(with, "fsopen(\"erofs\"").ShouldBe(Count(without, "fsopen(\"erofs\"") + 1);
        Count(with, "mount(\"overlay\"").ShouldBe(Count(without, "mount(\"overlay\""));
        with.ShouldNotContain("taken/artifact-");
    }

    private static int Count(string calls, string call) => calls.Split(call).Length - 1;

    /// <summary>The files made and the mounts of a run of one job and of what it needs.</summary>
    private async Task<string> CallsAsync(string job)
    {
        var calls = Path.Combine(_bench.Data, $"{job}.calls");
        var start = new ProcessStartInfo(
            "strace", ["-f", "-qq", "-e", "trace=fsopen,mount,mkdirat,linkat,symlinkat,/^open", "-o", calls, StrataProgram.Path, "run", "--data", _bench.Data, "--job", job])
        {
            WorkingDirectory = _bench.Workspace,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var strace = Process.Start(start)!;
        var output = await Task.WhenAll(strace.StandardOutput.ReadToEndAsync(), strace.StandardError.ReadToEndAsync());
        await strace.WaitForExitAsync();
        strace.ExitCode.ShouldBe(0, string.Concat(output));
        return await File.ReadAllTextAsync(calls);
    }
}
