using Strata.Core;

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
}
