using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Strata.EndToEnd;

/// <summary>Strata may die at any instruction, or be asked to stop; the host is as before.</summary>
public sealed partial class CrashTests : IDisposable
{
    private const string Workflow = """
        jobs:
          a:
            image: tiny
            resources: { memory: 200MiB }
            steps:
              - run: sleep 0.1
              - run: for i in 1 2 3; do sleep 1000 & done; echo started; sleep 1000
        """;

    private readonly Workbench _bench = new();

    [Fact]
    public async Task After_kill_9_at_any_moment_the_next_start_leaves_the_host_as_it_was()
    {
        await WarmUpAsync();
        var before = await HostState.SettledAsync();
        var rounds = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 100 : 8;
        var random = new Random(20_24);
        for (var round = 0; round < rounds; round++)
        {
            _bench.Workflow(Workflow);
            using var process = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data);
            await Task.Delay(random.Next(20, 900));
            Signal(process.Id, 9);
            await process.WaitForExitAsync();
        }

        await WarmUpAsync();

        (await HostState.SettledAsync()).ShouldBe(before);
        Directory.Exists(Path.Combine(_bench.Data, "live")).ShouldBeTrue();
        Directory.EnumerateDirectories(Path.Combine(_bench.Data, "live")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Doctor_clean_removes_what_a_killed_run_left()
    {
        await WarmUpAsync();
        var before = await HostState.SettledAsync();
        _bench.Workflow(Workflow);
        using var process = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data);
        await UntilAsync(process.StandardError, "started");
        Signal(process.Id, 9);
        await process.WaitForExitAsync();

        var outcome = await _bench.StrataAsync("doctor", "--clean", "--data", _bench.Data);

        outcome.ExitCode.ShouldBe(0, outcome.All);
        (await HostState.SettledAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task One_interrupt_cancels_gracefully_and_leaves_nothing()
    {
        await WarmUpAsync();
        var before = await HostState.SettledAsync();
        _bench.Workflow("""
            jobs:
              a:
                image: tiny
                steps:
                  - run: |
                      trap 'echo interrupted; exit 5' INT
                      echo started
                      while :; do sleep 0.1; done
                  - if: cancelled()
                    run: echo cleanup ran
            """);
        using var process = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data, "--report", "report.json");
        await UntilAsync(process.StandardError, "started");
        Signal(process.Id, 2);
        var rest = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();

        process.ExitCode.ShouldBe(1, rest);
        rest.ShouldContain("interrupted");
        rest.ShouldContain("cleanup ran");
        ((string?)_bench.Report()["status"]).ShouldBe("cancelled");
        (await HostState.SettledAsync()).ShouldBe(before);
    }

    [Fact]
    public async Task A_second_interrupt_ends_it_at_once_and_leaves_nothing_either()
    {
        await WarmUpAsync();
        var before = await HostState.SettledAsync();
        _bench.Workflow("""
            jobs: { a: { image: tiny, steps: [{ run: "trap '' INT TERM; echo started; while :; do sleep 1; done" }] } }
            """);
        using var process = StrataProgram.Start(_bench.Workspace, "run", "--data", _bench.Data);
        await UntilAsync(process.StandardError, "started");
        Signal(process.Id, 2);
        await UntilAsync(process.StandardError, "stopping");
        Signal(process.Id, 2);
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));

        process.ExitCode.ShouldBe(1);
        Directory.EnumerateFileSystemEntries(Path.Combine(_bench.Data, "live")).ShouldBeEmpty();
        (await HostState.SettledAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_interrupt_while_a_base_system_is_built_is_a_cancel(bool wholeTerminal)
    {
        await WarmUpAsync();
        var before = await HostState.SettledAsync();
        _bench.Write("strata.yml", "jobs: { a: { image: debootstrap:bookworm, network: none, steps: [{ run: \"true\" }] } }");
        using var process = StrataProgram.StartGroup(_bench.Workspace, "run", "--data", _bench.Data, "--report", "report.json");
        await UntilAsync(process.StandardError, "apt-get update");
        Signal(wholeTerminal ? -process.Id : process.Id, 2);
        var rest = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10));

        process.ExitCode.ShouldBe(1, await rest);
        ((string?)_bench.Report()["status"]).ShouldBe("cancelled", await rest);
        (await rest).ShouldNotContain("STR3014");
        (await HostState.SettledAsync()).ShouldBe(before);
    }

    public void Dispose() => _bench.Dispose();

    private async Task WarmUpAsync()
    {
        _bench.Workflow("jobs: { a: { image: tiny, steps: [{ run: \"true\" }] } }");
        await _bench.ReportAsync(0);
    }

    private static async Task UntilAsync(StreamReader reader, string text)
    {
        var seen = "";
        while (await reader.ReadLineAsync() is { } line)
        {
            seen += line + "\n";
            // the script is not printed; a line that ends with the text comes from the job or from strata itself
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException($"'{text}' never came:\n{seen}");
    }

    private static void Signal(int pid, int signal) => Kill(pid, signal).ShouldBe(0);

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);
}
