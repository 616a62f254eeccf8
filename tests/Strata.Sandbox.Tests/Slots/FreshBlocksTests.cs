using System.Diagnostics;
using Strata.Sandbox.Slots;
using Strata.Sandbox.Tests.Jobs;

namespace Strata.Sandbox.Tests.Slots;

public sealed class FreshBlocksTests(Machine machine) : IClassFixture<Machine>
{
    [Fact]
    public async Task Where_the_file_system_can_it_spreads_what_is_made_in_a_directory()
    {
        var directory = Directory.CreateTempSubdirectory("strata-blocks-").FullName;
        try
        {
            FreshBlocks.Spread(directory);
            var isExt = (await OutputAsync("stat", "-f", "-c", "%T", directory)).Contains("ext", StringComparison.Ordinal);
            (await OutputAsync("lsattr", "-d", directory)).Split(' ')[0].Contains('T', StringComparison.Ordinal).ShouldBe(isExt);
        }
        finally
        {
            Directory.Delete(directory);
        }
    }

    [Fact]
    public async Task No_two_sandboxes_write_to_directories_of_one_name()
    {
        var uppers = new HashSet<string>();
        for (var i = 0; i < 3; i++)
        {
            await using var sandbox = await machine.StartAsync();
            uppers.Add(sandbox.RootUpper);
            uppers.Add(sandbox.WorkspaceUpper);
            (await Machine.ShellAsync(sandbox, "echo x > /left")).Outcome.ExitCode.ShouldBe(0);
            File.Exists($"{sandbox.RootUpper}/left").ShouldBeTrue();
        }

        uppers.Count.ShouldBe(6);
    }

    private static async Task<string> OutputAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return output;
    }
}
