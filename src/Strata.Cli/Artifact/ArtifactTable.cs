using Strata.Artifacts.Records;
using Strata.Core;
using Strata.Core.Text;
using Entry = Strata.Artifacts.Records.Artifact;

namespace Strata.Cli.Artifact;

/// <summary>Artifacts for people.</summary>
internal static class ArtifactTable
{
    private const int NameWidthMax = 60;

    /// <param name="run">Null: of several.</param>
    public static void Write(TextWriter output, string? run, IReadOnlyList<Entry> artifacts, ArtifactUsage usage, DateTimeOffset now)
    {
        if (artifacts.Count == 0)
        {
            output.WriteLine(run is null ? "no artifacts yet: jobs publish what they declare under `artifacts:`" : $"run {TerminalText.Printable(run)} has no artifacts that may be read here");
            return;
        }

        List<string[]> rows = [["NAME", "STATE", "SIZE", "FILES", "AGE", "EXPIRES", "JOB", "DIGEST", .. run is null ? (string[])["RUN"] : []]];
        foreach (var artifact in artifacts)
        {
            rows.Add(
            [
                Cut(artifact.Name), ArtifactTransitions.WordOf(artifact.State), Size(artifact), artifact.Content is { } content ? $"{content.Files}" : "-",
                Lifetime.Format(Age(artifact.CreatedAt, now)), Expires(artifact, now), Cut(artifact.Producer.Job), artifact.Content?.Tree.Short ?? "-",
                .. run is null ? (string[])[artifact.Producer.RunId] : [],
            ]);
        }

        Write(output, rows);
        var quota = usage.QuotaBytes is { } max ? $" of {new ByteSize(max)}" : "";
        output.WriteLine($"{(run is null ? "" : $"run {run}; ")}the repository keeps {usage.Artifacts} {(usage.Artifacts == 1 ? "artifact" : "artifacts")}, {new ByteSize(usage.Bytes)}{quota}");
    }

    public static string Size(Entry artifact) => artifact.Content is { } content ? new ByteSize(content.SizeBytes).ToString() : "-";

    public static string Expires(Entry artifact, DateTimeOffset now) =>
        artifact.Pin is not null && artifact.State is ArtifactState.Ready ? "pinned"
        : artifact is { State: ArtifactState.Ready, ExpiresAt: { } at } ? (at > now ? $"in {Lifetime.Format(at - now)}" : "now")
        : "-";

    private static TimeSpan Age(DateTimeOffset at, DateTimeOffset now) => now > at ? now - at : TimeSpan.Zero;

    private static void Write(TextWriter output, List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    private static string Cut(string text) => TerminalText.Printable(text.Length <= NameWidthMax ? text : string.Concat(text.AsSpan(0, NameWidthMax - 1), "…"));
}
