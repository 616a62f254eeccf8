using System.Text;

namespace Strata.Workflows.Conversion;

/// <summary>Characters of the original that something else replaces; an insertion where both ends are equal.</summary>
internal readonly record struct TextEdit(int Start, int End, string Text);

/// <summary>Edits of one text by places in the original, in the order of those places. What no edit names stays as it is.</summary>
internal sealed class TextEdits
{
    private readonly string _source;
    private readonly List<TextEdit> _edits;

    private TextEdits(string source, List<TextEdit> edits) => (_source, _edits) = (source, edits);

    /// <returns>Null if two different edits want the same characters.</returns>
    public static TextEdits? Of(string source, IEnumerable<TextEdit> edits)
    {
        List<TextEdit> sorted = [.. edits.Distinct().OrderBy(edit => edit.Start).ThenBy(edit => edit.End)];
        for (var i = 0; i < sorted.Count; i++)
        {
            if (sorted[i].Start < 0 || sorted[i].End < sorted[i].Start || sorted[i].End > source.Length || (i > 0 && sorted[i].Start < sorted[i - 1].End))
            {
                return null;
            }
        }

        return new(source, sorted);
    }

    public string Apply()
    {
        var text = new StringBuilder(_source.Length);
        var done = 0;
        foreach (var edit in _edits)
        {
            text.Append(_source.AsSpan(done, edit.Start - done)).Append(edit.Text);
            done = edit.End;
        }

        return text.Append(_source.AsSpan(done)).ToString();
    }

    /// <summary>The line (from 1) of the new text where a character of the original is, or what follows it if that was removed.</summary>
    public int NewLineOf(int offset)
    {
        var line = 1;
        var done = 0;
        foreach (var edit in _edits)
        {
            if (edit.Start > offset)
            {
                break;
            }

            line += _source.AsSpan(done, edit.Start - done).Count('\n') + edit.Text.AsSpan().Count('\n');
            done = edit.End;
        }

        return line + _source.AsSpan(done, Math.Max(0, offset - done)).Count('\n');
    }
}
