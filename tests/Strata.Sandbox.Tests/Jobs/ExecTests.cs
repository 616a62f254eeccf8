using System.Diagnostics;

namespace Strata.Sandbox.Tests.Jobs;

public sealed class ExecTests : IClassFixture<Machine>
{
    private readonly Machine _machine;

    public ExecTests(Machine machine) => _machine = machine;

    [Theory]
    [InlineData("exit 0", 0)]
    [InlineData("exit 42", 42)]
    [InlineData("kill -9 $$", 137)]
    [InlineData("kill -TERM $$", 143)]
    [InlineData("no-such-command", 127)]
    public async Task Exit_codes_are_a_shells(string script, int expected)
    {
        await using var sandbox = await _machine.StartAsync();

        (await Machine.ShellAsync(sandbox, script)).Outcome.ShouldBe(new ExecOutcome(expected, ExecEnd.Exited, false, null));
    }

    [Fact]
    public async Task A_missing_program_is_127_one_without_x_is_126_and_both_say_why()
    {
        await using var sandbox = await _machine.StartAsync();
        await Machine.ShellAsync(sandbox, "echo '#!/nope' > bad; chmod +x bad; echo x > plain");

        var missing = await sandbox.ExecAsync(Machine.Command("gcc"), new Collected(), CancellationToken.None);
        var plain = await sandbox.ExecAsync(Machine.Command("/workspace/plain"), new Collected(), CancellationToken.None);
        var interpreter = await sandbox.ExecAsync(Machine.Command("/workspace/bad"), new Collected(), CancellationToken.None);
        var directory = await sandbox.ExecAsync(Machine.Command("true") with { WorkingDirectory = "/nowhere" }, new Collected(), CancellationToken.None);

        (missing.ExitCode, missing.StartError).ShouldBe((127, "gcc: not found in the job's PATH"));
        plain.ExitCode.ShouldBe(126);
        interpreter.ExitCode.ShouldBe(127);
        directory.StartError.ShouldNotBeNull().ShouldContain("/nowhere");
    }

    [Fact]
    public async Task Output_keeps_the_order_of_both_streams_and_nothing_is_lost()
    {
        await using var sandbox = await _machine.StartAsync();

        var (_, output) = await Machine.ShellAsync(sandbox, "for i in 1 2 3 4 5; do echo out$i; echo err$i >&2; done; echo named > /dev/stdout; yes | head -1");

        output.ShouldBe("out1\nerr1\nout2\nerr2\nout3\nerr3\nout4\nerr4\nout5\nerr5\nnamed\ny\n");
    }

    [Fact]
    public async Task A_hundred_megabytes_of_output_pass_in_bounded_memory()
    {
        await using var sandbox = await _machine.StartAsync();
        var counter = new Counter();

        await sandbox.ExecAsync(Machine.Command("sh", "-c", "yes 0123456789abcde | head -c 104857600"), counter, CancellationToken.None);

        counter.Bytes.ShouldBe(104_857_600);
        counter.LargestWrite.ShouldBeLessThanOrEqualTo(128 * 1024);
    }

    [Fact]
    public async Task A_cancel_before_the_command_runs_still_begins_with_an_interrupt()
    {
        await using var sandbox = await _machine.StartAsync();
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        var outcome = await sandbox.ExecAsync(
            Machine.Command("sleep", "60") with { Grace = TimeSpan.FromSeconds(3) }, new Collected(), cancelled.Token);

        (outcome.End, outcome.ExitCode).ShouldBe((ExecEnd.Cancelled, 130)); // 143: the interrupt found nobody
    }

    [Fact]
    public async Task A_background_process_outlives_its_step_but_not_the_sandbox()
    {
        await using (var sandbox = await _machine.StartAsync())
        {
            var (outcome, _) = await Machine.ShellAsync(sandbox, "(while true; do echo noise; touch /tmp/alive; sleep 0.05; done) & echo started");
            outcome.ExitCode.ShouldBe(0);
            (await Machine.ShellAsync(sandbox, "rm -f /tmp/alive; sleep 0.5; ls /tmp/alive")).Output.ShouldContain("/tmp/alive");
        }

        await _machine.Host.CleanUpAsync(CancellationToken.None);

        HostState.Read(_machine.DataDirectory).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_step_that_ignores_signals_is_killed_within_its_grace()
    {
        await using var sandbox = await _machine.StartAsync();
        await Machine.ShellAsync(sandbox, "sleep 60 & echo $! > /tmp/earlier");
        var clock = Stopwatch.StartNew();

        var outcome = await sandbox.ExecAsync(
            Machine.Command("sh", "-c", "trap '' INT TERM; while true; do sleep 1; done") with { Timeout = TimeSpan.FromMilliseconds(300), Grace = TimeSpan.FromSeconds(1) },
            new Collected(), CancellationToken.None);

        outcome.End.ShouldBe(ExecEnd.TimedOut);
        outcome.ExitCode.ShouldBe(137);
        clock.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(10));
        (await Machine.ShellAsync(sandbox, "kill -0 $(cat /tmp/earlier)")).Outcome.ExitCode.ShouldBe(0, "an earlier step's background process lives on");
    }

    [Fact]
    public async Task Cancel_gives_a_step_the_chance_to_end_well()
    {
        await using var sandbox = await _machine.StartAsync();
        using var cancel = new CancellationTokenSource();
        var output = new Collected();

        var running = sandbox.ExecAsync(Machine.Command("sh", "-c", "trap 'echo tidy; exit 5' INT; echo ready; while true; do sleep 0.1; done"), output, cancel.Token).AsTask();
        while (!output.ToString().Contains("ready", StringComparison.Ordinal))
        {
            await Task.Delay(10);
        }

        await cancel.CancelAsync();
        var outcome = await running;

        outcome.End.ShouldBe(ExecEnd.Cancelled);
        outcome.ExitCode.ShouldBe(5);
        output.ToString().ShouldContain("tidy");
    }

    [Fact]
    public async Task Files_are_read_as_the_job_sees_them_and_never_outside()
    {
        await using var sandbox = await _machine.StartAsync();
        await Machine.ShellAsync(sandbox, "echo inside > /etc/shadow; ln -s /etc/shadow link; ln -s ../../../../etc/shadow up; busybox mkfifo pipe; mkdir d");

        foreach (var path in (string[])["/workspace/link", "/workspace/up", "/etc/shadow"])
        {
            await using var stream = await sandbox.OpenFileAsync(path, CancellationToken.None);
            using var reader = new StreamReader(stream.ShouldNotBeNull());
            (await reader.ReadToEndAsync()).ShouldBe("inside\n");
        }

        (await sandbox.OpenFileAsync("/workspace/pipe", CancellationToken.None)).ShouldBeNull();
        (await sandbox.OpenFileAsync("/workspace/d", CancellationToken.None)).ShouldBeNull();
        (await sandbox.OpenFileAsync("/workspace/none", CancellationToken.None)).ShouldBeNull();
    }

    private sealed class Counter : IExecOutput
    {
        public long Bytes { get; private set; }

        public int LargestWrite { get; private set; }

        public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            Bytes += bytes.Length;
            LargestWrite = Math.Max(LargestWrite, bytes.Length);
            return ValueTask.CompletedTask;
        }
    }
}
