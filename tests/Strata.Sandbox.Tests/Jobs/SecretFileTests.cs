namespace Strata.Sandbox.Tests.Jobs;

public sealed class SecretFileTests(Machine machine) : IClassFixture<Machine>
{
    [Fact]
    public async Task Secrets_are_seen_by_their_sandbox_only_and_never_on_a_disk()
    {
        await using var sandbox = await machine.StartAsync(machine.Spec() with { SecretFiles = new Dictionary<string, byte[]> { ["KEY"] = "very secret indeed"u8.ToArray() } });
        (await Machine.ShellAsync(sandbox, "cat /run/secrets/KEY; ls -ln /run/secrets/KEY; grep /run/secrets /proc/mounts; echo x > /run/secrets/KEY || echo refused")).Output
            .ShouldSatisfyAllConditions(
                o => o.ShouldStartWith("very secret indeed-r--------    1 0        0 "),
                o => o.ShouldContain("ramfs /run/secrets ramfs ro,nosuid,nodev"),
                o => o.ShouldContain("refused"));
        System.IO.Directory.EnumerateFiles(machine.DataDirectory, "KEY", SearchOption.AllDirectories).ShouldBeEmpty();
        await using var other = await machine.StartAsync();
        (await Machine.ShellAsync(other, "ls /run/secrets")).Outcome.ExitCode.ShouldNotBe(0);
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_is_no_secret()
    {
        var spec = machine.Spec() with { SecretFiles = new Dictionary<string, byte[]> { ["../x"] = [1] } };
        await Should.ThrowAsync<ArgumentException>(async () => await machine.StartAsync(spec));
    }

    [Fact]
    public async Task A_frozen_sandbox_runs_nothing_and_keeps_what_was_written()
    {
        await using var sandbox = await machine.StartAsync();
        await Machine.ShellAsync(sandbox, "echo x > /kept; (while true; do echo y >> /kept; sleep 0.01; done) &");
        await sandbox.FreezeAsync();
        var length = new FileInfo($"{sandbox.RootUpper}/kept").Length;
        (await Machine.ShellAsync(sandbox, "true")).Outcome.StartError.ShouldNotBeNull();
        await sandbox.FreezeAsync();
        new FileInfo($"{sandbox.RootUpper}/kept").Length.ShouldBe(length);
    }

    [Fact]
    public async Task Without_a_workspace_nothing_is_mounted_there()
    {
        await using var sandbox = await machine.StartAsync(machine.Spec() with { HasWorkspace = false });
        var output = new Collected();
        var outcome = await sandbox.ExecAsync(Machine.Command("sh", "-c", "ls /workspace") with { WorkingDirectory = "/" }, output, CancellationToken.None);
        outcome.ExitCode.ShouldNotBe(0);
        sandbox.MountPointStubs.ShouldNotContain("/workspace");
    }
}
