using System.Runtime.InteropServices;
using Strata.Sandbox.Init;
using Strata.Sandbox.Processes;

namespace Strata.Sandbox.Tests.Init;

public sealed class JobInitTests
{
    [Theory]
    [InlineData(Architecture.X64, "JobInit.x86-64.S", "")]
    [InlineData(Architecture.Arm64, "JobInit.arm64.S", "aarch64-linux-gnu-")]
    public async Task The_embedded_code_is_what_the_source_beside_it_assembles_to(Architecture architecture, string name, string tools)
    {
        var source = Path.Combine(RepositoryRoot(), "src/Strata.Sandbox/Init", name);
        var directory = Directory.CreateTempSubdirectory("strata-init-").FullName;
        try
        {
            await RunAsync($"{tools}as", source, "-o", $"{directory}/init.o");
            await RunAsync($"{tools}objcopy", "-O", "binary", "-j", ".text", $"{directory}/init.o", $"{directory}/init.bin");

            File.ReadAllBytes($"{directory}/init.bin").ShouldBe(JobInit.Code(architecture).ToArray());
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public async Task The_file_of_each_architecture_is_an_executable_others_understand()
    {
        var directory = Directory.CreateTempSubdirectory("strata-init-").FullName;
        try
        {
            foreach (var (architecture, machine) in new[] { (Architecture.X64, "X86-64"), (Architecture.Arm64, "AArch64") })
            {
                File.WriteAllBytes($"{directory}/init", JobInit.BuildElf(architecture));

                (await RunAsync("readelf", "-hl", $"{directory}/init")).ShouldContain(machine);
            }
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var result = await ChildProcess.RunAsync(new() { FileName = program, Arguments = arguments }, null, CancellationToken.None);
        result.ExitCode.ShouldBe(0, result.OutputTail);
        return result.OutputTail;
    }

    private static string RepositoryRoot()
    {
        var directory = AppContext.BaseDirectory;
        while (!File.Exists($"{directory}/Strata.slnx"))
        {
            directory = Path.GetDirectoryName(directory) ?? throw new InvalidOperationException("Not in the repository.");
        }

        return directory;
    }
}
