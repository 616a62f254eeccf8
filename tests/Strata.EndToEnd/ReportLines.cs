using System.Text.Json.Nodes;

namespace Strata.EndToEnd;

/// <summary>A cache of a job in a report.</summary>
internal sealed record CacheLine(
    string Outcome, string? MatchedKey, string? Scope, string? Reason, string Save, string? SaveReason, long SavedBytes, long RestoredBytes, string? Producer)
{
    /// <summary>What was found and what was saved, in two words.</summary>
    public string Both => $"{Outcome} {Save}";
}

/// <summary>An artifact of a job in a report.</summary>
internal sealed record ArtifactLine(string Name, string Direction, string State, string? Digest, long SizeBytes)
{
    public string Short => $"{Direction} {Name} {State}";
}

/// <summary>Reports, read.</summary>
internal static class ReportLines
{
    /// <param name="job">Its display name; null: the first.</param>
    /// <param name="name">Null: the job's only one.</param>
    public static CacheLine Cache(this JsonObject report, string? name = null, string? job = null)
    {
        var all = Job(report, job)["caches"]!.AsArray();
        var cache = name is null ? all.Single()! : all.Single(c => (string?)c!["name"] == name)!;
        return new(
            (string)cache["outcome"]!, (string?)cache["matchedKey"], (string?)cache["scope"], (string?)cache["reason"], (string)cache["save"]!, (string?)cache["saveReason"],
            (long)cache["savedBytes"]!, (long)cache["restoredBytes"]!, (string?)cache["producer"]?["runId"]);
    }

    public static IReadOnlyList<ArtifactLine> Artifacts(this JsonObject report, string? job = null) =>
    [
        .. Job(report, job)["artifacts"]!.AsArray().Select(a => new ArtifactLine(
            (string)a!["name"]!, (string)a["direction"]!, (string)a["state"]!, (string?)a["digest"], (long)a["sizeBytes"]!)),
    ];

    public static JsonNode Job(this JsonObject report, string? job = null)
    {
        var all = report["jobs"]!.AsArray();
        return job is null ? all[0]! : all.Single(j => (string?)j!["name"] == job)!;
    }

    public static string RunId(this JsonObject report) => (string)report["runId"]!;

    public static string Status(this JsonObject report, string? job = null) => (string)report.Job(job)["status"]!;

    public static string? Reason(this JsonObject report, string? job = null) => (string?)report.Job(job)["reason"];
}
