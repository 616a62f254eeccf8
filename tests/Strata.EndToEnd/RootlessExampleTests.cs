namespace Strata.EndToEnd;

/// <summary>The examples for a normal user, from nothing: layers are extracted where root has them mounted.</summary>
public sealed class RootlessExampleTests : IDisposable
{
    private readonly NormalUser _user = new();
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("strata-e2e-");

    /// <summary>Of all of them the one that has most in it: a registry, caches, artifacts, hermetic steps.</summary>
    public static TheoryData<string, int> Examples => Environment.GetEnvironmentVariable("STRATA_SOAK") == "1"
        ? new() { { "node-app", 3 }, { "c-library", 2 }, { "third-party", 1 }, { "toolchains", 3 } }
        : new() { { "node-app", 3 } };

    [Theory]
    [MemberData(nameof(Examples))]
    public async Task An_example_is_green_on_extracted_layers_for_a_normal_user(string name, int jobs)
    {
        var (project, data) = (Path.Combine(_home.FullName, name), Path.Combine(_home.FullName, "data"));
        NormalUser.Run("cp", "-r", Path.Combine(StrataProgram.Root, "examples", name), project).ShouldBe(0); // a repository of root is none of a user's
        NormalUser.Own(_home.FullName);
        _user.OpenNetwork();

        var outcome = await StrataProgram.RunAsync(project, NormalUser.Command, "run", "--data", data, "--json");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        outcome.Stdout.Split('\n').Count(static line => line.StartsWith("""{"type":"job-end""", StringComparison.Ordinal) && line.Contains("\"status\":\"success\"", StringComparison.Ordinal))
            .ShouldBe(jobs, outcome.Stdout);
        var layers = Digests(Path.Combine(data, "layers"));
        var extracted = Digests(Path.Combine(data, "extracted-1"));
        extracted.Count.ShouldBeGreaterThan(1, "base and source");
        extracted.ShouldBeSubsetOf(layers);
        Directory.EnumerateDirectories(Path.Combine(data, "live")).ShouldBeEmpty();
    }

    public void Dispose()
    {
        _user.Dispose();
        _home.Delete(recursive: true);
    }

    private static List<string> Digests(string store) =>
        [.. Directory.EnumerateDirectories(store).SelectMany(Directory.EnumerateDirectories).Select(static path => Path.GetFileName(path)).Where(static name => name.Length == 64)];
}
