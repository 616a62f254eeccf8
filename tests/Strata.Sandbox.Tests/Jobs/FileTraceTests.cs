namespace Strata.Sandbox.Tests.Jobs;

/// <summary>What commands ask for, as the kernel sees it.</summary>
public sealed class FileTraceTests : IClassFixture<Machine>
{
    private readonly Machine _machine;

    public FileTraceTests(Machine machine) => _machine = machine;

    [Fact]
    public async Task What_is_missing_and_what_is_opened_is_told_by_absolute_paths_of_the_job()
    {
        await using var sandbox = await _machine.StartAsync();
        var trace = await sandbox.TraceFilesAsync();

        var (outcome, output) = await Machine.ShellAsync(
            sandbox, "echo 1 > made; cat made nowhere; cd /bin; cat ../etc/absent; (cat /in/a/child & wait); no-such-tool; echo end; exit 3");

        outcome.ExitCode.ShouldBe(3, output);
        output.ShouldContain("end");
        var (missing, found, seen) = trace.Paths();
        missing.ShouldContain("/workspace/nowhere");
        missing.ShouldContain("/etc/absent");
        missing.ShouldContain("/in/a/child");
        missing.ShouldContain("/bin/no-such-tool");
        missing.ShouldNotContain("/workspace/made");
        found.ShouldContain("/workspace/made");
        found.ShouldContain("/bin/sh");
        found.ShouldNotContain("/bin");
        seen.ShouldContain("/bin"); // gone to, its names not read
    }

    [Fact]
    public async Task A_traced_command_is_stopped_and_signalled_as_any_other()
    {
        await using var sandbox = await _machine.StartAsync();
        await sandbox.TraceFilesAsync();

        var (signalled, output) = await Machine.ShellAsync(sandbox, "trap 'echo caught; exit 5' TERM; kill -TERM $$; sleep 1; echo missed");
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var cancelled = await sandbox.ExecAsync(Machine.Command("sleep", "600") with { Grace = TimeSpan.FromSeconds(2) }, new Collected(), cancel.Token);

        signalled.ExitCode.ShouldBe(5, output);
        output.ShouldContain("caught");
        cancelled.End.ShouldBe(ExecEnd.Cancelled);
    }

    [Fact]
    public async Task A_sandbox_is_followed_once()
    {
        await using var sandbox = await _machine.StartAsync();
        await sandbox.TraceFilesAsync();

        await Should.ThrowAsync<IOException>(sandbox.TraceFilesAsync);
    }
}
