using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Conversion;

/// <summary>Where new entries of a mapping go: before one it has, in its own style.</summary>
internal static class ImageInsertion
{
    /// <summary><c>images:</c> before <c>jobs:</c>, or more entries of the one there is.</summary>
    /// <returns>Null if there is no place for them.</returns>
    public static TextEdit? Definitions(string source, YamlMapping root, ConvertedImages images, IReadOnlySet<string> used)
    {
        var newLine = NewLineOf(source);
        if (root.Find("images") is { } existing)
        {
            return existing is YamlMapping { Entries: [var first, ..] } known
                ? known.IsFlow
                    ? new(first.KeyRange.Start, first.KeyRange.Start, $"{images.Flow(used)}, ")
                    : Block(first.KeyRange.Start, indent => images.Block(used, indent, newLine))
                : null;
        }

        var at = root.FindEntry("jobs")!.Value.KeyRange.Start;
        return root.IsFlow
            ? new(at, at, $"images: {{{images.Flow(used)}}}, ")
            : Block(at, indent => $"{indent}images:{newLine}{images.Block(used, indent + "  ", newLine)}{newLine}");

        TextEdit Block(int start, Func<string, string> lines)
        {
            var indent = IndentOf(source, start);
            return new(start, start, lines(indent)[indent.Length..] + indent);
        }
    }

    /// <summary>One short entry before another.</summary>
    public static TextEdit Entry(string source, YamlMapping mapping, int before, string entry) =>
        new(before, before, mapping.IsFlow ? $"{entry}, " : $"{entry}{NewLineOf(source)}{IndentOf(source, before)}");

    private static string IndentOf(string source, int at) => new(' ', at - (source.LastIndexOf('\n', Math.Max(0, at - 1)) + 1));

    private static string NewLineOf(string source) => source.IndexOf('\n', StringComparison.Ordinal) is > 0 and var i && source[i - 1] == '\r' ? "\r\n" : "\n";
}
