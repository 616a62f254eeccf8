using System.Net;
using System.Net.Sockets;

namespace Strata.Sandbox.Tests.Jobs;

public sealed class IsolationTests : IClassFixture<Machine>
{
    private readonly Machine _machine;

    public IsolationTests(Machine machine) => _machine = machine;

    [Fact]
    public async Task A_job_is_filtered_has_dockers_capabilities_and_ids_of_its_own()
    {
        await using var sandbox = await _machine.StartAsync();

        var (_, output) = await Machine.ShellAsync(sandbox, "cat /proc/self/status /proc/self/uid_map");

        output.ShouldContain("Seccomp:\t2");
        output.ShouldContain("CapEff:\t00000000a80425fb");
        output.ShouldContain("CapBnd:\t00000000a80425fb");
        output.ShouldMatch(@"\n +0 +5\d+ +1048576");
    }

    [Theory]
    [InlineData("mount -t tmpfs none /workspace")]
    [InlineData("mknod /workspace/sda b 8 0")]
    [InlineData("mknod /workspace/null c 1 3")]
    [InlineData("cat /proc/1/environ")]
    [InlineData("ls /proc/1/root/")]
    [InlineData("echo 1 > /proc/sys/kernel/panic")]
    [InlineData("echo b > /proc/sysrq-trigger")]
    [InlineData("busybox unshare -U true")]
    [InlineData("busybox hostname other")]
    [InlineData("busybox chroot /proc/1/root true")]
    [InlineData("test -s /proc/kcore")]
    public async Task What_reaches_for_the_machine_is_refused(string command)
    {
        await using var sandbox = await _machine.StartAsync();

        var (outcome, output) = await Machine.ShellAsync(sandbox, command);

        outcome.ExitCode.ShouldNotBe(0, output);
        outcome.StartError.ShouldBeNull();
    }

    [Fact]
    public async Task Process_1_cannot_be_killed_or_stopped_from_inside()
    {
        await using var sandbox = await _machine.StartAsync();

        await Machine.ShellAsync(sandbox, "kill -9 1; kill -STOP 1; kill -9 -1");
        var (_, output) = await Machine.ShellAsync(sandbox, "echo still here");

        output.ShouldBe("still here\n");
    }

    [Fact]
    public async Task Two_jobs_see_nothing_of_each_other()
    {
        await using var first = await _machine.StartAsync();
        await using var second = await _machine.StartAsync();

        await Machine.ShellAsync(first, "echo secret > /workspace/mine; echo secret > /tmp/mine; echo secret > /etc/mine; echo secret > /dev/shm/mine; sleep 77 &");
        var (_, files) = await Machine.ShellAsync(second, "cat /workspace/mine /tmp/mine /etc/mine /dev/shm/mine; ps");
        var (_, map1) = await Machine.ShellAsync(first, "cat /proc/self/uid_map");
        var (_, map2) = await Machine.ShellAsync(second, "cat /proc/self/uid_map");

        files.ShouldNotContain("secret\n");
        files.ShouldNotContain("sleep 77");
        map1.ShouldNotBe(map2);
    }

    [Fact]
    public async Task Without_a_network_there_is_only_loopback()
    {
        await using var sandbox = await _machine.StartAsync();

        var (_, output) = await Machine.ShellAsync(sandbox, "ip a");

        output.ShouldContain("127.0.0.1/8");
        output.ShouldNotContain("tap0");
    }

    [Fact]
    public async Task With_a_network_the_hosts_own_services_stay_out_of_reach()
    {
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        await using var sandbox = await _machine.StartAsync(_machine.Spec(network: true));

        var script = $"ip a; for a in 127.0.0.1 10.0.2.2 {string.Join(' ', OwnAddresses())}; do nc -w 2 $a {port} </dev/null && echo REACHED $a; done; ip route";
        var (_, output) = await Machine.ShellAsync(sandbox, script);

        output.ShouldContain("10.0.2.100/24");
        output.ShouldContain("unreachable 169.254.0.0/16");
        output.ShouldNotContain("REACHED");
        listener.Pending().ShouldBeFalse();
    }

    private static IEnumerable<string> OwnAddresses() =>
        Dns.GetHostAddresses(Dns.GetHostName()).Where(a => a.AddressFamily == AddressFamily.InterNetwork).Select(a => a.ToString());
}
