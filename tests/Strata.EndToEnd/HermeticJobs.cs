using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>Workflows of one job with hermetic steps, and what they came to.</summary>
internal static class HermeticJobs
{
    /// <summary>Writes a workflow whose job <c>job</c> has these steps, without network, on the image <c>tiny</c>.</summary>
    /// <param name="more">Settings of the job.</param>
    public static void Job(this Workbench bench, string steps, string more = "") =>
        bench.Workflow($"jobs:\n  job:\n    image: tiny\n    network: none\n    {more.TrimEnd(',', ' ')}\n    steps:\n{string.Join('\n', steps.Split('\n').Select(static line => $"      {line}"))}\n");

    /// <summary>What the report says of a step's cache.</summary>
    public static JsonObject StepCache(this JsonObject report, int step) => report.Job()["steps"]![step]!["cache"]!.AsObject();

    public static string StepOutcome(this JsonObject report, int step) => report.StepCache(step)["outcome"]!.GetValue<string>();

    /// <summary>What a step of <c>job</c> printed.</summary>
    public static string[] Lines(this Outcome outcome, int step)
    {
        var lines = outcome.Stderr.Split('\n');
        var starts = lines.Index().Where(static line => line.Item.StartsWith("[job] ▸", StringComparison.Ordinal)).Select(static line => line.Index).ToList();
        return
        [
            .. lines.Skip(starts[step] + 1)
                .TakeWhile(static line => !line.StartsWith("[job] ✓", StringComparison.Ordinal) && !line.StartsWith("[job] ✗", StringComparison.Ordinal))
                .Where(static line => line.StartsWith("[job]   ", StringComparison.Ordinal)).Select(static line => line["[job]   ".Length..]),
        ];
    }
}
