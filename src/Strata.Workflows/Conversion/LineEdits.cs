using System.Text;

namespace Strata.Workflows.Conversion;

/// <summary>Edits of a text by line numbers of the original, which stay valid. Lines start at 1.</summary>
internal sealed class LineEdits
{
    private readonly string[] _lines;
    private readonly bool[] _removed;
    private readonly Dictionary<int, string> _before = [];

    public LineEdits(string text)
    {
        _lines = text.ReplaceLineEndings("\n").Split('\n');
        _removed = new bool[_lines.Length];
    }

    public void InsertBefore(int line, string text) => _before[line] = _before.GetValueOrDefault(line, "") + text;

    /// <param name="from">First column, from 1.</param>
    /// <param name="to">Column after the last.</param>
    public void ReplaceInLine(int line, int from, int to, string text)
    {
        var old = _lines[line - 1];
        if (from >= 1 && to >= from && to - 1 <= old.Length)
        {
            _lines[line - 1] = string.Concat(old.AsSpan(0, from - 1), text, old.AsSpan(to - 1));
        }
    }

    /// <summary>Removes a list item that has lines of its own: up to the next item, or to where the indentation ends.</summary>
    public void RemoveItem(int line, int? next)
    {
        var first = _lines[line - 1];
        var dash = first.Length - first.TrimStart().Length;
        if (!first.AsSpan(dash).StartsWith("-"))
        {
            return; // written in flow style: left for a hand
        }

        _removed[line - 1] = true;
        for (var i = line; i < (next is { } end ? end - 1 : _lines.Length); i++)
        {
            var text = _lines[i];
            var indent = text.Length - text.TrimStart().Length;
            if (text.Trim().Length > 0 && indent <= dash)
            {
                return; // the list has ended, or a comment of the next item begins
            }

            _removed[i] = text.Trim().Length > 0;
        }
    }

    /// <summary>Where a line of the original, or what follows it, is now.</summary>
    public int NewLineOf(int line)
    {
        var result = 1;
        for (var i = 1; i <= line && i <= _lines.Length; i++)
        {
            result += _before.TryGetValue(i, out var text) ? text.Count(c => c == '\n') : 0;
            result += i < line && !_removed[i - 1] ? 1 : 0;
        }

        return result;
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        for (var i = 0; i < _lines.Length; i++)
        {
            text.Append(_before.GetValueOrDefault(i + 1, ""));
            if (!_removed[i])
            {
                text.Append(_lines[i]).Append(i < _lines.Length - 1 ? "\n" : "");
            }
        }

        return text.ToString();
    }
}
