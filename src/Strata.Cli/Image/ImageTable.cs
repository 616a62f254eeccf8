using Strata.Core;
using Strata.Images.Kept;

namespace Strata.Cli.Image;

/// <summary>Images for people.</summary>
internal static class ImageTable
{
    private const int NameWidthMax = 60;

    public static void Write(TextWriter output, IReadOnlyList<KeptImage> images, ImageUsers users, long totalBytes, DateTimeOffset now)
    {
        if (images.Count == 0)
        {
            output.WriteLine("no images yet: a run fetches or makes what its jobs name; so does `strata image pull NAME`");
            return;
        }

        List<string[]> rows = [["NAME", "KIND", "DIGEST", "LAYERS", "SIZE", "AGE", "LAST USE", "USED BY"]];
        foreach (var image in images)
        {
            rows.Add(
            [
                Cut(NameOf(image)),
                ImageResult.Word(image.Kind),
                (image.Manifest ?? image.Digest).Short,
                $"{image.Layers.Count}",
                image.IsComplete ? new ByteSize(image.SizeBytes).ToString() : "incomplete",
                Age(image.CreatedAt, now),
                Age(image.LastUsed, now),
                string.Join(", ", users.Of(image)),
            ]);
        }

        Write(output, rows);
        output.WriteLine($"{images.Count} {(images.Count == 1 ? "image" : "images")}, {new ByteSize(totalBytes)} (layers that several share are counted once)");
    }

    /// <summary>Nothing if there are none.</summary>
    public static void Write(TextWriter output, IReadOnlyList<BuiltImage> images, DateTimeOffset now)
    {
        if (images.Count == 0)
        {
            return;
        }

        List<string[]> rows = [["BUILT FROM STEPS", "LAYERS", "SIZE", "AGE", "LAST USE", "SCOPE"]];
        foreach (var image in images)
        {
            rows.Add(
            [
                Cut(image.Definition), $"{image.Steps.Count}", image.IsComplete ? new ByteSize(image.SizeBytes).ToString() : "incomplete",
                Age(image.CreatedAt, now), Age(image.LastUsed, now), image.Scope.ToString(),
            ]);
        }

        output.WriteLine();
        Write(output, rows);
    }

    private static void Write(TextWriter output, List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    public static string Layers(int count) => $"{count} {(count == 1 ? "layer" : "layers")}";

    public static string Age(DateTimeOffset? at, DateTimeOffset now) =>
        at is not { } time ? "-" : (now - time) switch
        {
            { TotalMinutes: < 1 } => "now",
            { TotalHours: < 1 } age => $"{(int)age.TotalMinutes}m",
            { TotalDays: < 1 } age => $"{(int)age.TotalHours}h",
            var age => $"{(int)age.TotalDays}d",
        };

    private static string NameOf(KeptImage image) =>
        image.References.Count > 1 ? string.Join(", ", image.References)
        : image.Packages.Count > 0 ? $"{image.Name} [{string.Join(' ', image.Packages)}]"
        : image.Name;

    private static string Cut(string text) => text.Length <= NameWidthMax ? text : string.Concat(text.AsSpan(0, NameWidthMax - 1), "…");
}
