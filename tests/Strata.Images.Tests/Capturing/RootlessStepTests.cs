using System.Diagnostics;
using Strata.Layers.Trees;

namespace Strata.Images.Tests.Capturing;

[Collection("builds")]
public sealed class RootlessStepTests
{
    private const string User = "strata-steps";

    [Fact]
    public async Task A_normal_users_layers_are_the_same_as_roots()
    {
        var home = Directory.CreateTempSubdirectory("strata-steps-").FullName;
        try
        {
            await RunAsync("useradd", "--no-create-home", "--shell", "/bin/sh", User);
            await RunAsync("usermod", "--add-subuids", "710000000-710065535", "--add-subgids", "710000000-710065535", User);
            await RunAsync("chown", User, home);
            var output = await RunAsync(
                "setpriv", "--reuid", User, "--regid", User, "--init-groups", "env", $"HOME={home}", $"USER={User}",
                "dotnet", "exec", typeof(RootlessStepTests).Assembly.Location, "rootless-steps", home);
            output.TrimEnd().ShouldBe(string.Join('\n', await RootlessSteps.BuildAsync(OwnerPolicy.Root, null)));
        }
        finally
        {
            await RunAsync("userdel", User);
            Directory.Delete(home, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0, $"{program}: {output}\n{await errors}");
        return output;
    }
}
