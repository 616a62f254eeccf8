using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

public sealed class DoctorTests : IDisposable
{
    private readonly Workbench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task What_works_here_is_said_and_nothing_is_left()
    {
        var outcome = await _bench.StrataAsync("doctor", "--data", _bench.Data, "--json");

        outcome.ExitCode.ShouldBe(0, outcome.All);
        var result = JsonNode.Parse(outcome.Stdout)!;
        ((bool)result["works"]!).ShouldBeTrue();
        var findings = result["findings"]!.AsArray().ToDictionary(static f => (string)f!["name"]!, static f => $"{f!["status"]}: {f["detail"]}");
        findings["layers"].ShouldBe("ok: mounted straight from their file");
        findings["user namespaces, id-mapped mounts"].ShouldStartWith("ok");
        Directory.EnumerateFiles(_bench.Data, "probe-*").ShouldBeEmpty();
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_is_said()
    {
        _bench.Write("file", "");

        var outcome = await _bench.StrataAsync("doctor", "--data", Path.Combine(_bench.Workspace, "file", "data"));

        outcome.ExitCode.ShouldBe(1, outcome.All);
        outcome.Stdout.ShouldContain("missing");
        outcome.Stderr.ShouldBeEmpty();
    }
}
