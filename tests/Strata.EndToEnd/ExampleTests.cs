namespace Strata.EndToEnd;

/// <summary>The examples, as the README has them: real base systems, real registries. Base systems are kept between test runs. For a normal user: RootlessExampleTests.</summary>
public sealed class ExampleTests
{
    private static readonly string Data = Environment.GetEnvironmentVariable("STRATA_TEST_DATA")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/strata-tests/examples");

    [Theory]
    [InlineData("node-app", 3)]
    [InlineData("c-library", 2)]
    [InlineData("third-party", 1)]
    [InlineData("toolchains", 3)]
    public async Task An_example_is_green_on_mounted_layers(string name, int jobsMin)
    {
        var outcome = await StrataProgram.RunAsync(StrataProgram.Root, "run", $"examples/{name}", "--data", Data, "--json");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stdout.Split('\n').Count(line => line.StartsWith("""{"type":"job-end""", StringComparison.Ordinal) && line.Contains("\"status\":\"success\"", StringComparison.Ordinal))
            .ShouldBeGreaterThanOrEqualTo(jobsMin, outcome.Stdout);
        Directory.GetDirectories(Data, "extracted*").ShouldBeEmpty("root mounts layers");
    }

    [Fact]
    public void The_node_example_is_a_real_project()
    {
        var lockFile = File.ReadAllText(Path.Combine(StrataProgram.Root, "examples/node-app/package-lock.json"));
        (lockFile.Split("\"integrity\":").Length - 1).ShouldBeGreaterThanOrEqualTo(100);
    }
}
