using Strata.Core.Diagnostics;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>
/// From a character of a decoded scalar back to its place in the file. White space may have been folded, stripped or made by
/// an escape, but every visible character of the value comes from one place of the source, in order: so the n-th visible
/// character of the value is the n-th visible one of the source.
/// </summary>
internal static class ScalarPlaces
{
    public static SourceSpan Find(YamlScalar scalar, int offset)
    {
        var visible = 0;
        for (var i = 0; i < offset && i < scalar.Text.Length; i++)
        {
            visible += char.IsWhiteSpace(scalar.Text[i]) ? 0 : 1;
        }

        return PlaceAt(scalar, SourceIndex(scalar, visible));
    }

    private static int SourceIndex(YamlScalar scalar, int visible)
    {
        var (index, end) = (ContentStart(scalar), Math.Min(scalar.End, scalar.Source.Length));
        while (index < end)
        {
            var length = UnitLength(scalar, index, out var isVisible);
            if (isVisible && visible-- == 0)
            {
                return index;
            }

            index += length;
        }

        return Math.Min(scalar.Start, scalar.Source.Length);
    }

    /// <summary>After the opening quote, or after the header line of a block scalar.</summary>
    private static int ContentStart(YamlScalar scalar)
    {
        if (scalar.Style is YamlStyle.SingleQuoted or YamlStyle.DoubleQuoted)
        {
            return scalar.Start + 1;
        }

        if (scalar.Style == YamlStyle.Plain)
        {
            return scalar.Start;
        }

        var lineEnd = scalar.Source.IndexOf('\n', Math.Min(scalar.Start, scalar.Source.Length));
        return lineEnd < 0 ? scalar.Source.Length : lineEnd + 1;
    }

    /// <summary>Source characters that make one character of the value.</summary>
    private static int UnitLength(YamlScalar scalar, int index, out bool isVisible)
    {
        var rest = scalar.Source.AsSpan(index);
        isVisible = !char.IsWhiteSpace(rest[0]);
        if (scalar.Style == YamlStyle.SingleQuoted && rest is ['\'', '\'', ..])
        {
            return 2;
        }

        if (scalar.Style != YamlStyle.DoubleQuoted || rest is not ['\\', var escape, ..])
        {
            return 1;
        }

        isVisible = escape is not ('n' or 't' or 'r' or 'v' or 'f' or ' ' or '\t' or '\n' or '\r' or '_' or 'N' or 'L' or 'P');
        return escape switch { 'x' => 4, 'u' => 6, 'U' => 10, _ => 2 };
    }

    private static SourceSpan PlaceAt(YamlScalar scalar, int index)
    {
        var (line, column) = (scalar.At.Line, scalar.At.Column);
        for (var i = scalar.Start; i < index; i++)
        {
            if (scalar.Source[i] == '\n')
            {
                (line, column) = (line + 1, 1);
            }
            else
            {
                column++;
            }
        }

        return new(scalar.At.File, line, column);
    }
}
