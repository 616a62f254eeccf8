using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Conversion;

/// <summary>Takes one item out of a list. Comments before and after it stay; those within it go with it.</summary>
internal static class ItemRemoval
{
    /// <param name="nothingStaysAfter">Whether all later items go too.</param>
    /// <returns>Null if the item cannot be taken out alone.</returns>
    public static IReadOnlyList<TextEdit>? Of(string source, YamlSequence list, int index, bool nothingStaysAfter) =>
        list.IsFlow ? OfFlow(source, list, index, nothingStaysAfter) : OfBlock(source, list.Ranges[index]);

    /// <summary>The lines of the item, from its dash on.</summary>
    private static TextEdit[]? OfBlock(string source, TextRange item)
    {
        var dash = item.Start - 1;
        while (dash >= 0 && char.IsWhiteSpace(source[dash]))
        {
            dash--;
        }

        if (dash < 0 || source[dash] != '-')
        {
            return null;
        }

        var start = source.LastIndexOf('\n', dash) + 1;
        var end = source.IndexOf('\n', item.End);
        end = end < 0 ? source.Length : end + 1;
        var rest = source.AsSpan(item.End, end - item.End).Trim();
        return source.AsSpan(start, dash - start).Trim().IsEmpty && (rest.IsEmpty || rest[0] == '#') ? [new(start, end, "")] : null;
    }

    /// <summary>The item and one comma: that after it, or before it if no item after it stays.</summary>
    private static TextEdit[]? OfFlow(string source, YamlSequence list, int index, bool nothingStaysAfter)
    {
        var item = list.Ranges[index];
        var comma = nothingStaysAfter ? index == 0 ? -1 : NextComma(source, list.Ranges[index - 1].End) : NextComma(source, item.End);
        if (comma < 0)
        {
            return null;
        }

        if (nothingStaysAfter)
        {
            return source.AsSpan(comma + 1, item.Start - comma - 1).Trim().IsEmpty
                ? [new(comma, item.End, "")]
                : [new(comma, comma + 1, ""), new(item.Start, item.End, "")]; // a comment stands between
        }

        var end = comma + 1;
        while (end < source.Length && source[end] == ' ')
        {
            end++;
        }

        return source.AsSpan(item.End, comma - item.End).Trim().IsEmpty
            ? [new(item.Start, end, "")]
            : [new(item.Start, item.End, ""), new(comma, comma + 1, "")];
    }

    /// <summary>The comma after a place, over white space and comments; -1 if something else comes first.</summary>
    private static int NextComma(string source, int at)
    {
        for (var i = at; i < source.Length; i++)
        {
            if (source[i] == '#')
            {
                var line = source.IndexOf('\n', i);
                i = line < 0 ? source.Length : line;
            }
            else if (!char.IsWhiteSpace(source[i]))
            {
                return source[i] == ',' ? i : -1;
            }
        }

        return -1;
    }
}
