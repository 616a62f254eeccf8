namespace Strata.Sandbox.Tests.Jobs;

/// <summary>The test assembly run as a program: starts sandboxes until it is killed.</summary>
internal static class Victim
{
    internal static async Task<int> Main(string[] arguments)
    {
        if (arguments is ["rootless", var directory])
        {
            return await RootlessAsync(directory);
        }

        if (arguments is not ["victim", var data, var image])
        {
            return 2;
        }

        await using var host = SandboxModule.OpenHost(new() { DataDirectory = data });
        for (var round = 0; ; round++)
        {
            var spec = new SandboxSpec { Name = "victim", RootLowers = [image], WorkspaceLowers = [], Network = round % 2 == 0, Site = false };
            await using var sandbox = await host.StartAsync(spec, CancellationToken.None);
            await Machine.ShellAsync(sandbox, "echo x > /workspace/x; mkdir -p /a/b; sleep 99 & sleep 0.1");
        }
    }

    private static async Task<int> RootlessAsync(string directory)
    {
        Rootless.RootlessReexec.EnterIfNeeded();
        var image = $"{directory}/image";
        Machine.MakeImage(image);
        var data = $"{directory}/data";
        await using var host = SandboxModule.OpenHost(new() { DataDirectory = data });
        Console.WriteLine($"shift {host.TreeOwnerShift}");
        var shift = new Processes.ChildProcessSpec { FileName = "chown", Arguments = ["-hR", $"{host.TreeOwnerShift}:{host.TreeOwnerShift}", image] };
        (await Processes.ChildProcess.RunAsync(shift, null, CancellationToken.None)).ExitCode.ShouldBe(0);
        var spec = new SandboxSpec
        {
            Name = "rootless", RootLowers = [image], WorkspaceLowers = [], Network = true, Site = false, Limits = ResourceLimits.None with { Pids = 50 },
        };
        await using (var sandbox = await host.StartAsync(spec, CancellationToken.None))
        {
            var (outcome, output) = await Machine.ShellAsync(
                sandbox, "id; ls -ln /; cat /proc/self/status /proc/self/uid_map; ip a; mkdir /x && busybox chown 1000:1000 /x && touch /x/y /workspace/z");
            Console.WriteLine(output);
            Console.WriteLine(outcome);
        }

        foreach (var notice in host.Notices)
        {
            Console.WriteLine(notice);
        }

        await host.CleanUpAsync(CancellationToken.None);
        HostState.Read(data).ShouldBeEmpty();
        Directory.Delete(data, recursive: true);
        Directory.Delete(image, recursive: true);
        return 0;
    }
}
