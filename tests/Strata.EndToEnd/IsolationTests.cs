using System.Net;
using System.Net.Sockets;

namespace Strata.EndToEnd;

/// <summary>What a job may not do, tried from inside a job.</summary>
public sealed class IsolationTests : IDisposable
{
    private readonly Workbench _bench = new();

    [Fact]
    public async Task A_job_is_confined()
    {
        _bench.Workflow("""
            jobs:
              confined:
                image: tiny
                steps:
                  - name: seccomp and capabilities
                    run: |
                      grep -q '^Seccomp:.2$' /proc/self/status
                      caps=$(grep CapEff /proc/self/status | cut -f2)
                      test "$(printf '%d' 0x$caps)" -le "$(printf '%d' 0xa80425fb)"
                  - name: user namespace
                    run: |
                      test "$(id -u)" = 0
                      read inside outside count < /proc/self/uid_map
                      test "$outside" != 0
                  - name: no mounts, no devices
                    run: |
                      ! mount -t tmpfs none /tmp 2>/dev/null
                      ! mknod /tmp/sda b 8 0 2>/dev/null
                      ! mount --bind / /tmp 2>/dev/null
                  - name: no view of the host
                    run: |
                      test "$(ls /proc | grep -c '^[0-9]')" -lt 10
                      test ! -e /proc/kcore || ! head -c 1 /proc/kcore 2>/dev/null | grep -q .
                      ! echo 1 > /proc/sys/kernel/panic
                      ! echo x > /sys/kernel/profiling
                      test ! -e /dev/vda && test ! -e /dev/mem
            """.Replace("Seccomp:.2", "Seccomp:\t2", StringComparison.Ordinal));

        await _bench.ReportAsync(0);
    }

    [Fact]
    public async Task The_hosts_services_are_out_of_reach()
    {
        using var server = new TcpListener(IPAddress.Any, 0);
        server.Start();
        var port = ((IPEndPoint)server.LocalEndpoint).Port;
        var address = Dns.GetHostAddresses(Dns.GetHostName()).Append(OutwardAddress()).First(a => a.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(a));
        _bench.Workflow($"""
            jobs:
              reach:
                image: tiny
                steps:
                  - run: |
                      for host in 127.0.0.1 10.0.2.2 {address}; do
                        if nc -w 2 $host {port} </dev/null; then echo "reached $host"; exit 1; fi
                      done
              none:
                image: tiny
                network: none
                steps:
                  - run: test "$(ls /sys/class/net)" = lo
            """);

        await _bench.ReportAsync(0);

        server.Pending().ShouldBeFalse();
    }

    [Fact]
    public async Task Nothing_of_one_job_is_visible_to_the_next()
    {
        _bench.Workflow("""
            jobs:
              first:
                image: tiny
                steps:
                  - run: echo x > /root/mark; echo x > /tmp/mark; echo x > /dev/shm/mark; echo x > mark; sleep 1000 &
              second:
                image: tiny
                steps:
                  - run: test ! -e /root/mark && test ! -e /tmp/mark && test ! -e /dev/shm/mark && test ! -e mark && ! ps | grep -q '[s]leep 1000'
            """);

        await _bench.ReportAsync(0);
    }

    [Fact]
    public async Task A_memory_limit_kills_the_job_and_says_so()
    {
        _bench.Workflow("""
            jobs:
              hungry:
                image: tiny
                resources: { memory: 64MiB, pids: 50 }
                steps:
                  - run: head -c 300000000 /dev/zero | tail
            """);

        var outcome = await _bench.RunAsync();

        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.Stderr.ShouldContain("memory");
    }

    public void Dispose() => _bench.Dispose();

    private static IPAddress OutwardAddress()
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 9)); // sends nothing: it only chooses a source address
        return ((IPEndPoint)socket.LocalEndPoint!).Address;
    }
}
