using Strata.Caching.Entries;
using Strata.Cli.Image;
using Strata.Core;

namespace Strata.Cli.Cache;

/// <summary>Entries for people.</summary>
internal static class CacheTable
{
    private const int KeyWidthMax = 60;

    public static void Write(TextWriter output, IReadOnlyList<CacheEntry> entries, bool withState, DateTimeOffset now)
    {
        List<string[]> rows = [withState ? ["ID", "NAME", "KEY", "SIZE", "AGE", "LAST USE", "SCOPE", "STATE"] : ["ID", "NAME", "KEY", "SIZE", "AGE", "LAST USE", "SCOPE"]];
        foreach (var entry in entries)
        {
            string[] row =
            [
                $"{entry.Id}", Cut(entry.Name), Cut(entry.Key), new ByteSize(entry.SizeBytes).ToString(), ImageTable.Age(entry.CreatedAt, now), ImageTable.Age(entry.LastUsedAt, now),
                entry.Scope.ToString(),
            ];
            rows.Add(withState ? [.. row, EntryResult.Word(entry.State)] : row);
        }

        Write(output, rows);
    }

    public static void Write(TextWriter output, List<string[]> rows)
    {
        var widths = Enumerable.Range(0, rows[0].Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        foreach (var row in rows)
        {
            output.WriteLine(string.Join("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        }
    }

    /// <summary>Names and keys come from workflows of anyone: they do not steer a terminal.</summary>
    public static string Cut(string text) => ImageShowCommand.Printable(text.Length <= KeyWidthMax ? text : string.Concat(text.AsSpan(0, KeyWidthMax - 1), "…"));
}
