namespace Strata.EndToEnd;

/// <summary>The program looks itself whether its sources are newer, and becomes the launcher again, which builds.</summary>
public sealed class LauncherTests : IDisposable
{
    private static readonly string Program = Path.Combine(StrataProgram.Root, ".build/strata/strata");

    private readonly DirectoryInfo _checkout = Directory.CreateTempSubdirectory("strata-e2e-");

    public LauncherTests()
    {
        foreach (var name in (string[])["src/Feature/Code.cs", "tools/build.sh", "Directory.Build.props", "Directory.Packages.props", ".build/built"])
        {
            Directory.CreateDirectory(Path.GetDirectoryName(At(name))!);
            File.WriteAllText(At(name), "");
        }

        File.WriteAllText(At("strata"), "#!/bin/sh\necho \"$$ builds $STRATA_STALE ${STRATA_LAUNCHER-nothing}: $*\"\n");
        File.SetUnixFileMode(At("strata"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    public void Dispose() => _checkout.Delete(recursive: true);

    [Fact]
    public async Task As_new_as_its_sources_it_goes_on()
    {
        (await StartAsync("version")).Stdout.ShouldStartWith("strata ");
    }

    [Theory]
    [InlineData("src/Feature/Code.cs", "version")]
    [InlineData("Directory.Packages.props", "image", "ls", "--data", "/nowhere")]
    [InlineData("tools/build.sh", "run", "--an-option-of-tomorrow", "a b")]
    [InlineData("src/Feature/Code.cs", "help", "a-command-of-tomorrow")]
    public async Task With_a_newer_source_it_becomes_the_launcher_again_before_anything_else(string newer, params string[] arguments)
    {
        File.SetLastWriteTimeUtc(At(newer), DateTime.UtcNow.AddHours(1));

        var outcome = await StartAsync(arguments);

        outcome.All.ShouldContain($" builds 1 nothing: {string.Join(' ', arguments)}\n");
        outcome.Stderr.ShouldBeEmpty();
        outcome.Stdout.Split(' ')[0].ShouldBe(outcome.Stdout.Split('\n')[^2], "the same process");
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_left_to_the_build()
    {
        Directory.Delete(At("src"), recursive: true);
        (await StartAsync("version")).Stdout.ShouldContain(" builds 1 nothing: version\n");
    }

    [Fact]
    public async Task An_empty_word_from_outside_does_not_hide_that_it_is_stale()
    {
        File.SetLastWriteTimeUtc(At("src/Feature/Code.cs"), DateTime.UtcNow.AddHours(1));
        using var process = Start("env", "STRATA_STALE=", $"STRATA_LAUNCHER={At("strata")}", Program, "version");
        (await process.StandardOutput.ReadToEndAsync()).ShouldContain(" builds 1 nothing: version\n");
    }

    [Fact]
    public async Task Started_directly_it_does_not_look()
    {
        File.SetLastWriteTimeUtc(At("src/Feature/Code.cs"), DateTime.UtcNow.AddHours(1));
        using var process = Start("env", "-u", "STRATA_LAUNCHER", Program, "version");
        (await process.StandardOutput.ReadToEndAsync()).ShouldStartWith("strata ");
    }

    private string At(string name) => Path.Combine(_checkout.FullName, name);

    /// <summary>Its id is the last line.</summary>
    private async Task<Outcome> StartAsync(params string[] arguments)
    {
        using var process = Start("env", [$"STRATA_LAUNCHER={At("strata")}", "sh", "-c", "\"$@\" & id=$!; wait $id; echo $id", "sh", Program, .. arguments]);
        var stdout = process.StandardOutput.ReadToEndAsync();
        var stderr = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new(process.ExitCode, await stdout, stderr);
    }

    private static System.Diagnostics.Process Start(string program, params string[] arguments) =>
        System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
}
