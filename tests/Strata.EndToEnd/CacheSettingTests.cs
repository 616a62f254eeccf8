namespace Strata.EndToEnd;

/// <summary>What the configuration says of caches, and when they are saved.</summary>
public sealed class CacheSettingTests : IDisposable
{
    private const string Workflow = """
        caches: { npm: { preset: npm }, pip: { preset: pip }, own: { paths: [~/own], key: k } }
        jobs:
          a:
            image: tiny
            network: none
            caches: [npm, pip, own]
            steps: [{ run: "mkdir -p ~/.npm ~/.cache/pip ~/own; touch ~/.npm/f ~/.cache/pip/f ~/own/f; test \"$PIP_CACHE_DIR\" = /root/.cache/pip" }]
        """;

    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData("cache: { types: [npm] }", "miss saved", "off skipped", "miss saved", "not among the configuration's types")]
    [InlineData("cache: { enabled: false }", "off skipped", "off skipped", "off skipped", "disables caches")]
    [InlineData("cache: { enabled: true }", "miss saved", "miss saved", "miss saved", "nothing that may be read here was ever saved")]
    public async Task The_configuration_turns_presets_off_and_caches_altogether(string configuration, string npm, string pip, string own, string why)
    {
        _bench.Workflow(Workflow);
        Directory.CreateDirectory(_bench.Data);
        await File.WriteAllTextAsync(Path.Combine(_bench.Data, "config.yml"), configuration);

        var report = await _bench.ReportAsync(0);

        (report.Cache("npm").Both, report.Cache("pip").Both, report.Cache("own").Both).ShouldBe((npm, pip, own));
        report.Cache("pip").Reason.ShouldNotBeNull().ShouldContain(why);
        (await _bench.ReportAsync(0)).Cache("npm").Outcome.ShouldBe(npm == "miss saved" ? "hit" : "off");
    }

    [Fact]
    public async Task The_next_job_starts_while_one_that_ended_still_saves()
    {
        _bench.Workflow("""
            caches: { big: { paths: [~/big], key: k } }
            jobs:
              one: { image: tiny, network: none, caches: [big], steps: [{ run: "mkdir ~/big; head -c 150000000 /dev/urandom > ~/big/f" }] }
              two: { image: tiny, network: none, needs: one, steps: [{ run: "true" }] }
            """);
        var outcome = await _bench.RunAsync("--json");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        var lines = outcome.Stdout.Split('\n').ToList();
        var started = lines.FindIndex(static line => line.Contains("\"job-start\"", StringComparison.Ordinal) && line.Contains("\"two\"", StringComparison.Ordinal));
        var saved = lines.FindIndex(static line => line.Contains("cache 'big': saved", StringComparison.Ordinal) || line.Contains("cache \\u0027big\\u0027: saved", StringComparison.Ordinal));
        started.ShouldBeGreaterThan(0, outcome.All);
        saved.ShouldBeGreaterThan(started, outcome.All);
    }
}
