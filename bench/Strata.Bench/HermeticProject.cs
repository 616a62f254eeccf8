using System.Diagnostics;
using System.Text.Json.Nodes;

namespace Strata.Bench;

/// <summary>A workspace with one job on a busybox system, and a data directory that its runs share.</summary>
internal sealed class HermeticProject(string repository, ThrowawayDirectory directory)
{
    public string Workspace { get; } = Directory.CreateDirectory(directory.File("project")).FullName;

    public string Data => directory.File("data");

    public static async Task<HermeticProject> MakeAsync(string repository, ThrowawayDirectory directory)
    {
        await TinyTree.MakeAsync(directory);
        var project = new HermeticProject(repository, directory);
        File.Copy(directory.File("tiny.tar"), Path.Combine(project.Workspace, "tiny.tar"));
        File.WriteAllText(Path.Combine(project.Workspace, ".gitignore"), "tiny.tar\n");
        return project;
    }

    /// <param name="steps">Lines of YAML, each of one step.</param>
    public void Steps(params string[] steps) => File.WriteAllText(Path.Combine(Workspace, "strata.yml"), $$"""
        images: { tiny: { from: "rootfs:tiny.tar" } }
        jobs:
          job:
            image: tiny
            network: none
            steps:
        {{string.Join('\n', steps.Select(static step => $"      - {step}"))}}

        """);

    public async Task<HermeticRun> RunAsync(params string[] more)
    {
        var report = directory.File("report.json");
        var start = Stopwatch.GetTimestamp();
        await Shell.RunAsync(Path.Combine(repository, "strata"), ["run", Workspace, "--data", Data, "--no-site", "--report", report, .. more], Workspace);
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        return new(took, JsonNode.Parse(await File.ReadAllBytesAsync(report))!["jobs"]![0]!["steps"]!.AsArray());
    }
}

/// <summary>What a run's report says of the steps of its first job.</summary>
internal sealed record HermeticRun(double Milliseconds, JsonArray Steps)
{
    public double DurationOf(int step) => (double)Steps[step]!["durationMs"]!;

    public bool AreHits(int from = 0) => Steps.Skip(from).All(static step => (string?)step!["cache"]?["outcome"] == "hit");

    public void Expect(bool hits, int from = 0)
    {
        if (AreHits(from) != hits)
        {
            throw new InvalidOperationException($"Not all steps are {(hits ? "hits" : "misses")}: {Steps.ToJsonString()}");
        }
    }
}
