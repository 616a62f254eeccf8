using Strata.Sandbox.Processes;
using Strata.Sandbox.Rootless;

namespace Strata.Sandbox.Tests.Jobs;

public sealed class RootlessTests
{
    private const string User = "strata-test";

    [Fact]
    public async Task A_normal_user_with_a_subuid_range_runs_jobs()
    {
        var tunMode = Native.FileStatus.Of("/dev/net/tun").ShouldNotBeNull().Mode & 0xFFF;
        Native.LibC.ChangeMode("/dev/net/tun", 0b110_110_110).ShouldBe(0); // as udev sets it; machines without udev leave it to root
        var home = Directory.CreateTempSubdirectory("strata-rootless-").FullName;
        try
        {
            await RunAsync("useradd", "--no-create-home", "--shell", "/bin/sh", User);
            await RunAsync("usermod", "--add-subuids", "700000000-700065535", "--add-subgids", "700000000-700065535", User);
            await RunAsync("chown", User, home);

            var result = await ChildProcess.RunAsync(
                new()
                {
                    FileName = "setpriv",
                    Arguments = ["--reuid", User, "--regid", User, "--init-groups", "dotnet", "exec", typeof(RootlessTests).Assembly.Location, "rootless", home],
                    Environment = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH")!, ["HOME"] = home, ["USER"] = User },
                },
                null, CancellationToken.None);

            result.ExitCode.ShouldBe(0, result.OutputTail);
            result.OutputTail.ShouldContain("shift 1");
            result.OutputTail.ShouldContain("uid=0");
            result.OutputTail.ShouldContain("Seccomp:\t2");
            result.OutputTail.ShouldContain("10.0.2.100/24");
            result.OutputTail.ShouldContain("ExitCode = 0");
            result.OutputTail.ShouldContain("STR5203");
        }
        finally
        {
            Native.LibC.ChangeMode("/dev/net/tun", tunMode);
            await RunAsync("userdel", User);
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public void A_range_is_found_by_name_or_number_and_must_be_large_enough()
    {
        string[] lines = ["other:1:65536", "me:100:5", "# me:7:65536", "1000:200000:65536", "me:300000:131072", "broken"];

        SubordinateIds.Find(lines, "me", 5).ShouldBe(new SubordinateIds(300000, 131072));
        SubordinateIds.Find(lines, "nobody", 1000).ShouldBe(new SubordinateIds(200000, 65536));
        SubordinateIds.Find(lines, "nobody", 5).ShouldBeNull();
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        var result = await ChildProcess.RunAsync(new() { FileName = program, Arguments = arguments }, null, CancellationToken.None);
        result.ExitCode.ShouldBe(0, $"{program}: {result.OutputTail}");
    }
}
