using System.Diagnostics;
using Strata.Core.Diagnostics;

namespace Strata.Sandbox.Tests.Jobs;

public sealed class CleanUpTests : IClassFixture<Machine>
{
    private const int Seed = 20_260_101;

    private readonly Machine _machine;

    public CleanUpTests(Machine machine) => _machine = machine;

    [Fact]
    public async Task Disposing_leaves_nothing_whatever_the_job_left()
    {
        var sandbox = await _machine.StartAsync(_machine.Spec(network: true));
        const string Mess = """
            mkdir -p a/b/c; chmod 000 a/b; ln -s / out; ln -s ../../.. up; sleep 99 & (trap '' TERM INT; sleep 98) &
            i=0; while [ $i -lt 300 ]; do mkdir d && cd d; i=$((i+1)); done; touch "$(printf 'bad\377name')"; busybox chown 1234:1234 .
            """;
        (await Machine.ShellAsync(sandbox, Mess)).Outcome.ExitCode.ShouldBe(0);

        await sandbox.DisposeAsync();
        await sandbox.DisposeAsync();

        await _machine.Host.CleanUpAsync(CancellationToken.None);

        HostState.Read(_machine.DataDirectory).ShouldBeEmpty();
        File.Exists($"{_machine.Image}/bin/busybox").ShouldBeTrue();
    }

    [Fact]
    public async Task A_start_that_fails_leaves_nothing()
    {
        var spec = _machine.Spec(network: true);
        SandboxSpec[] bad =
        [
            spec with { RootLowers = ["/no/such/tree"] },
            spec with { WorkspaceLowers = ["/no/such/tree"] },
            spec with { Binds = [new("/no/such/file", "/x", true)] },
            spec with { Binds = [new("/etc/hostname", "/proc/1/x", true)] },
            spec with { RootLowers = [_machine.Image, $"{_machine.Image}/bin/busybox"] },
        ];
        foreach (var one in bad)
        {
            await Should.ThrowAsync<EnvironmentException>(async () => await _machine.Host.StartAsync(one, CancellationToken.None));

            await _machine.Host.CleanUpAsync(CancellationToken.None);

            HostState.Read(_machine.DataDirectory).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task A_clean_up_leaves_a_process_alone_that_only_names_a_sandbox()
    {
        const string Prefix = "0123abcd-7-";
        using var stranger = Processes.ChildProcess.Start(new() { FileName = "sh", Arguments = ["-c", "sleep 60; true", "sh", $"{Prefix}89ef"] });

        Hosting.Leftovers.Remove($"{_machine.DataDirectory}/sandbox/runtime", Prefix);

        stranger.Exit.IsCompleted.ShouldBeFalse();
        stranger.KillSession();
        await stranger.Exit;
    }

    [Fact]
    public async Task A_cancelled_start_leaves_nothing()
    {
        var random = new Random(Seed);
        for (var round = 0; round < 5; round++)
        {
            using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(random.Next(0, 25)));
            try
            {
                await using var sandbox = await _machine.Host.StartAsync(_machine.Spec(network: true), cancel.Token);
            }
            catch (OperationCanceledException)
            {
                // That is the point.
            }

            await _machine.Host.CleanUpAsync(CancellationToken.None);

            HostState.Read(_machine.DataDirectory).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task After_kill_9_the_next_clean_up_removes_everything()
    {
        var rounds = Environment.GetEnvironmentVariable("STRATA_SOAK") == "1" ? 100 : 5;
        var random = new Random(Seed);
        for (var round = 0; round < rounds; round++)
        {
            var data = $"{_machine.Directory}/killed";
            using (var victim = StartVictim(data))
            {
                await Task.Delay(random.Next(150, 900));
                victim.Kill();
                await victim.WaitForExitAsync();
            }

            await using var host = SandboxModule.OpenHost(new() { DataDirectory = data });
            await host.CleanUpAsync(CancellationToken.None);

            for (var wait = 0; wait < 100 && HostState.Read(data).Count > 0; wait++)
            {
                await Task.Delay(20); // a runtime that was just starting sees the end of its job now
                await host.CleanUpAsync(CancellationToken.None);
            }

            HostState.Read(data).ShouldBeEmpty();
        }
    }

    [Fact]
    public async Task Clean_up_leaves_live_sandboxes_alone()
    {
        await using var sandbox = await _machine.StartAsync();
        await using var other = SandboxModule.OpenHost(new() { DataDirectory = _machine.DataDirectory });

        await other.CleanUpAsync(CancellationToken.None);

        (await Machine.ShellAsync(sandbox, "echo alive")).Output.ShouldBe("alive\n");
    }

    [Fact]
    public async Task Only_one_thread_of_the_process_sees_the_mounts()
    {
        await Task.WhenAll(Enumerable.Range(0, 6).Select(async _ =>
        {
            await using var sandbox = await _machine.StartAsync();
            await Machine.ShellAsync(sandbox, "true");
        }));

        var own = new FileInfo("/proc/self/ns/mnt").LinkTarget;
        var others = Directory.GetDirectories("/proc/self/task").Where(t => new FileInfo($"{t}/ns/mnt").LinkTarget != own);
        foreach (var thread in others.Where(t => File.Exists($"{t}/comm"))) // one that ended meanwhile shows no namespace
        {
            File.ReadAllText($"{thread}/comm").Trim().ShouldBe("strata mounts");
        }
    }

    private Process StartVictim(string data)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in (string[])["exec", typeof(CleanUpTests).Assembly.Location, "victim", data, _machine.Image])
        {
            start.ArgumentList.Add(argument);
        }

        return Process.Start(start)!;
    }
}
