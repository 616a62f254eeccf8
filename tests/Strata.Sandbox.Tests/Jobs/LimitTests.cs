using Strata.Core;
using Strata.Sandbox.Hosting;
using Strata.Sandbox.Slots;

namespace Strata.Sandbox.Tests.Jobs;

public sealed class LimitTests : IClassFixture<Machine>
{
    private readonly Machine _machine;

    public LimitTests(Machine machine) => _machine = machine;

    [Fact]
    public async Task Memory_over_the_limit_is_killed_and_said()
    {
        await using var sandbox = await _machine.StartAsync(_machine.Spec(limits: ResourceLimits.None with { Memory = new(64 << 20) }));

        var greedy = await Machine.ShellAsync(sandbox, "dd if=/dev/zero of=/dev/null bs=300M count=1");
        var modest = await Machine.ShellAsync(sandbox, "true");

        greedy.Outcome.OutOfMemory.ShouldBeTrue();
        greedy.Outcome.ExitCode.ShouldBe(137);
        modest.Outcome.OutOfMemory.ShouldBeFalse();
    }

    [Fact]
    public async Task Processes_and_cpu_are_limited()
    {
        await using var sandbox = await _machine.StartAsync(_machine.Spec(limits: new(0.5m, null, 20, null)));

        var (_, limits) = await Machine.ShellAsync(
            sandbox, "cat /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu/cpu.cfs_quota_us || cat /sys/fs/cgroup/pids.max /sys/fs/cgroup/cpu.max");
        var (_, forks) = await Machine.ShellAsync(sandbox, "i=0; while [ $i -lt 40 ]; do sleep 5 & i=$((i+1)); done");

        limits.ShouldContain("20\n");
        limits.ShouldContain("50000");
        forks.ShouldContain("can't fork");
    }

    [Fact]
    public async Task A_job_over_its_disk_limit_is_ended_with_the_reason()
    {
        await using var sandbox = await _machine.StartAsync(_machine.Spec(limits: ResourceLimits.None with { Disk = new(20_000_000) }));

        var (outcome, _) = await Machine.ShellAsync(sandbox, "dd if=/dev/zero of=/workspace/big bs=1M count=40; sleep 30");
        var next = await Machine.ShellAsync(sandbox, "true");

        outcome.SandboxEnded.ShouldNotBeNull().Code.ShouldBe("STR5201");
        outcome.ExitCode.ShouldBe(137);
        next.Outcome.StartError.ShouldNotBeNull();
    }

    [Fact]
    public async Task A_step_over_the_disk_limit_fails_although_it_ended_well_before_anybody_looked()
    {
        await using var sandbox = await _machine.StartAsync(_machine.Spec(limits: ResourceLimits.None with { Disk = new(20_000_000) }));

        var (outcome, _) = await Machine.ShellAsync(sandbox, "dd if=/dev/zero of=/workspace/big bs=1M count=40; exit 0");

        outcome.SandboxEnded.ShouldNotBeNull().Code.ShouldBe("STR5201");
        outcome.ExitCode.ShouldBe(137);
    }

    [Fact]
    public async Task The_end_of_a_step_is_looked_at_however_short_ago_the_last_look_was()
    {
        var directory = $"{_machine.Directory}/watched";
        Directory.CreateDirectory(directory);
        using var slot = new Slot(0, directory, SlotLock.TryTake($"{directory}.lock").ShouldNotBeNull());
        Directory.CreateDirectory(slot.WorkspaceUpper);
        using var process = System.Diagnostics.Process.Start("sleep", "60");
        await using var watch = new DiskWatch(slot, new(1_000_000), process.Id, new SlowLooks());

        try
        {
            watch.Look();
            await File.WriteAllBytesAsync($"{slot.WorkspaceUpper}/big", new byte[2_000_000]);
            watch.Look();

            watch.Exceeded.ShouldNotBeNull().Code.ShouldBe("STR5201");
            await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
        }
        finally
        {
            process.Kill();
        }
    }

    /// <summary>Each look takes a second.</summary>
    private sealed class SlowLooks : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
