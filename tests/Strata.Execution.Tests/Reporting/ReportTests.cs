using System.Text.Json;
using System.Text.Json.Nodes;
using Strata.Execution.Events;
using Strata.Execution.Reporting;
using Strata.Execution.Tests.Fakes;

namespace Strata.Execution.Tests.Reporting;

public sealed class ReportTests
{
    [Fact]
    public async Task Every_key_of_the_format_is_there()
    {
        using var run = new RunFixture();
        var report = await run.RunAsync(
            Make.Job("a", Make.Run("echo x=1 >> $GITHUB_OUTPUT", id: "s", name: "set")).Matrix("os", ["x"]),
            Make.Job("b", Make.Run("true")).When("false"));
        var text = File.ReadAllText(Directory.GetFiles(run.Data, "report.json", SearchOption.AllDirectories).Single());
        var json = JsonNode.Parse(text)!.AsObject();

        Keys(json).ShouldBe(["format", "runId", "workflow", "repo", "ref", "trust", "status", "reason", "startedAt", "durationMs", "overheadMs", "verify", "jobs"], ignoreOrder: true);
        Keys(json["jobs"]![0]!).ShouldBe(["id", "name", "matrix", "status", "reason", "attempt", "durationMs", "sandboxStartMs", "image", "caches", "steps", "artifacts"], ignoreOrder: true);
        Keys(json["jobs"]![1]!).ShouldBe(Keys(json["jobs"]![0]!), ignoreOrder: true);
        Keys(json["jobs"]![0]!["image"]!).ShouldBe(["name", "digest", "layers"]);
        Keys(json["jobs"]![0]!["image"]!["layers"]![0]!).ShouldBe(["key", "digest", "outcome", "durationMs", "sizeBytes"]);
        Keys(json["jobs"]![0]!["steps"]![0]!).ShouldBe(["name", "status", "exitCode", "durationMs", "cache", "outputs"], ignoreOrder: true);
        json["format"]!.GetValue<string>().ShouldBe("strata.report/1");
        json["runId"]!.GetValue<string>().ShouldBe(report.RunId);
        json["status"]!.GetValue<string>().ShouldBe("success");
        json["repo"]!.GetValue<string>().ShouldBe("local/demo");
        json["trust"]!.GetValue<string>().ShouldBe("protected");
        json["jobs"]![0]!["matrix"]!["os"]!.GetValue<string>().ShouldBe("x");
        json["jobs"]![0]!["name"]!.GetValue<string>().ShouldBe("a (x)");
        json["jobs"]![0]!["steps"]![0]!["outputs"]!["x"]!.GetValue<string>().ShouldBe("1");
        json["jobs"]![0]!["image"]!["layers"]![0]!["outcome"]!.GetValue<string>().ShouldBe("reused");
        json["jobs"]![1]!["status"]!.GetValue<string>().ShouldBe("skipped");
        json["jobs"]![1]!["steps"]![0]!["status"]!.GetValue<string>().ShouldBe("skipped");
        json["jobs"]![1]!["image"].ShouldBeNull();
    }

    [Fact]
    public async Task Events_are_json_lines_with_a_type()
    {
        using var run = new RunFixture();
        await run.RunAsync(Make.Job("a", Make.Run("echo ::error file=f::bad")));
        var lines = run.Observer.Events.Select(e => JsonSerializer.Serialize(e, RunJson.Default.RunEvent)).ToList();

        lines.ShouldAllBe(l => !l.Contains('\n'));
        var types = lines.Select(l => JsonNode.Parse(l)!["type"]!.GetValue<string>()).ToList();
        types[0].ShouldBe("run-start");
        types[^1].ShouldBe("run-end");
        types.ShouldContain("step-end");
        JsonNode.Parse(lines[^1])!["report"]!["jobs"]!.AsArray().Count.ShouldBe(1);
        lines.ShouldContain(l => l.Contains("\"kind\":\"error\"", StringComparison.OrdinalIgnoreCase) && l.Contains("\"file\":\"f\"", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0-100:90", 100, 10)]
    [InlineData("0-50:40 50-100:50", 100, 10)]
    [InlineData("0-60:60 0-40:40 60-100:30", 100, 10)] // the second ran beside the first
    [InlineData("0-40:40 10-90:70", 100, 30)]
    [InlineData("", 100, 100)]
    public void Overhead_is_what_no_step_took_on_the_critical_path(string jobs, long duration, long expected)
    {
        var intervals = jobs.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(j => j.Split('-', ':').Select(long.Parse).ToArray())
            .Select(n => new JobInterval(n[0], n[1], n[2])).ToList();
        CriticalPath.OverheadMs(duration, intervals).ShouldBe(expected);
    }

    [Fact]
    public void Parallel_savings_are_the_sum_against_the_longest_chain()
    {
        var report = new RunReport
        {
            RunId = "r", Workflow = null, Repo = "o/r", Ref = "refs/heads/main", Trust = "protected", Status = RunStatus.Success, Reason = null,
            StartedAt = default, DurationMs = 0, OverheadMs = 0,
            Jobs = [Job("a", 10), Job("a", 30), Job("b", 5), Job("c", 20)],
        };
        var needs = new Dictionary<string, IReadOnlyList<string>> { ["a"] = [], ["b"] = ["a"], ["c"] = [] };
        var savings = ParallelSavings.Of(report, needs);
        savings.ShouldBe(new ParallelSavings(65, 35));
        savings.SavedMs.ShouldBe(30);
    }

    private static JobReport Job(string id, long ms) => new()
    {
        Id = id, Name = id, Matrix = null, Status = RunStatus.Success, Reason = null, Attempt = 1, DurationMs = ms, SandboxStartMs = null, Image = null, Steps = [],
    };

    private static List<string> Keys(JsonNode node) => [.. node.AsObject().Select(m => m.Key)];
}
