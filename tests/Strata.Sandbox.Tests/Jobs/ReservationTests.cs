namespace Strata.Sandbox.Tests.Jobs;

/// <summary>What is made for the first sandbox before its job is known.</summary>
public sealed class ReservationTests : IClassFixture<Machine>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly Machine _machine;
    private readonly string _data;

    public ReservationTests(Machine machine) => (_machine, _data) = (machine, $"{machine.Directory}/{Guid.NewGuid():n}");

    [Fact]
    public async Task The_first_sandbox_is_where_the_reservation_was_made_and_others_elsewhere()
    {
        await using var host = await WarmAsync();

        await using var first = await host.StartAsync(_machine.Spec(), CancellationToken.None);
        await using var second = await host.StartAsync(_machine.Spec(), CancellationToken.None);

        first.WorkspaceUpper.ShouldStartWith($"{_data}/live/0/");
        second.WorkspaceUpper.ShouldStartWith($"{_data}/live/1/");
        (await Machine.ShellAsync(first, "echo one")).Output.ShouldBe("one\n");
        (await Machine.ShellAsync(second, "echo two")).Output.ShouldBe("two\n");
    }

    [Fact]
    public async Task Sandboxes_that_start_at_once_share_nothing_of_it()
    {
        await using var host = SandboxModule.OpenHost(new() { DataDirectory = _data });
        host.WarmUp();

        var sandboxes = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => host.StartAsync(_machine.Spec(), CancellationToken.None).AsTask()));

        sandboxes.Select(static sandbox => sandbox.WorkspaceUpper).Distinct().Count().ShouldBe(3);
        foreach (var sandbox in sandboxes)
        {
            (await Machine.ShellAsync(sandbox, "echo alive")).Output.ShouldBe("alive\n");
            await sandbox.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_reservation_that_nobody_takes_ends_with_the_host()
    {
        var host = await WarmAsync();

        await host.DisposeAsync();

        HostState.Read(_data).ShouldBeEmpty();
    }

    [Fact]
    public async Task It_ends_while_it_is_still_made()
    {
        var host = SandboxModule.OpenHost(new() { DataDirectory = _data });
        host.WarmUp();

        await host.DisposeAsync();

        HostState.Read(_data).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_reservation_that_failed_leaves_it_to_the_start()
    {
        await using var host = SandboxModule.OpenHost(new() { DataDirectory = _data });
        Directory.CreateDirectory(_data);
        await File.WriteAllTextAsync($"{_data}/live", "in the way");
        host.WarmUp();
        await Task.Delay(300);
        File.Delete($"{_data}/live");

        await using var sandbox = await host.StartAsync(_machine.Spec(), CancellationToken.None);

        (await Machine.ShellAsync(sandbox, "echo alive")).Output.ShouldBe("alive\n");
    }

    [Fact]
    public async Task It_ends_when_all_sandboxes_are_ended()
    {
        await using var host = await WarmAsync();

        await host.EndSandboxesAsync();

        HostState.Read(_data).ShouldBeEmpty();
        await using var later = await host.StartAsync(_machine.Spec(), CancellationToken.None);
        (await Machine.ShellAsync(later, "echo alive")).Output.ShouldBe("alive\n");
    }

    [Fact]
    public async Task A_clean_up_of_another_process_leaves_it_alone()
    {
        await using var host = await WarmAsync();
        await using (var other = SandboxModule.OpenHost(new() { DataDirectory = _data }))
        {
            (await other.CleanUpAsync(CancellationToken.None)).ShouldBe(0);
        }

        await using var sandbox = await host.StartAsync(_machine.Spec(), CancellationToken.None);
        (await Machine.ShellAsync(sandbox, "echo alive")).Output.ShouldBe("alive\n");
    }

    private async Task<ISandboxHost> WarmAsync()
    {
        var host = SandboxModule.OpenHost(new() { DataDirectory = _data });
        host.WarmUp();
        using var patience = new CancellationTokenSource(Patience);
        while (!Directory.Exists($"{_data}/live/0"))
        {
            await Task.Delay(10, patience.Token);
        }

        return host;
    }
}
