using System.Text;
using Strata.Core.Diagnostics;

namespace Strata.Cli.Run;

/// <summary><c>K=V</c> from the command line and from files.</summary>
internal static class Assignments
{
    private const int FileSizeMax = 1 << 20;

    /// <summary>Adds each; a later one wins. Problems are collected, not thrown.</summary>
    public static void Add(
        Dictionary<string, string> target, string option, IEnumerable<string> items, List<Diagnostic> problems)
    {
        foreach (var item in items)
        {
            var at = item.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                problems.Add(CliDiagnostics.BadOption(option, item, "NAME=VALUE"));
                continue;
            }

            target[item[..at]] = item[(at + 1)..];
        }
    }

    /// <summary>NAME=VALUE lines; blank lines and lines starting with # are skipped; a value may stand in matching quotes.</summary>
    public static void AddFile(Dictionary<string, string> target, string file, List<Diagnostic> problems)
    {
        string[] lines;
        try
        {
            var bytes = BoundedFile.Read(file, FileSizeMax);
            if (bytes.Length > FileSizeMax)
            {
                problems.Add(CliDiagnostics.Unreadable(file, "it is larger than 1 MiB."));
                return;
            }

            lines = Encoding.UTF8.GetString(bytes.Span).TrimStart('\uFEFF').Split('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            problems.Add(CliDiagnostics.Unreadable(file, e.Message));
            return;
        }

        for (var i = 0; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            var at = line.IndexOf('=', StringComparison.Ordinal);
            if (at <= 0)
            {
                problems.Add(CliDiagnostics.BadAssignment(file, i + 1, "The line has no NAME= at its start."));
                continue;
            }

            target[line[..at].TrimEnd()] = Unquote(line[(at + 1)..].TrimStart());
        }
    }

    private static string Unquote(string value) => value is ['"', .., '"'] or ['\'', .., '\''] ? value[1..^1] : value;
}
