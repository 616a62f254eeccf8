using Strata.Core.Diagnostics;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>
/// From a character of a decoded scalar back to its place in the file. White space may have been folded, stripped or made by
/// an escape, but every visible character of the value comes from one place of the source, in order: so the n-th visible
/// character of the value is the n-th visible one of the source. Walks on from the last answer, so asking in order is linear.
/// </summary>
internal sealed class ScalarPlaces
{
    private readonly YamlScalar _scalar;
    private readonly int _end;
    private int _offset; // in the value
    private int _index; // in the source: what comes before _offset is before it
    private int _line;
    private int _column;

    public ScalarPlaces(YamlScalar scalar)
    {
        _scalar = scalar;
        _end = Math.Min(scalar.End, scalar.Source.Length);
        Restart();
    }

    public SourceSpan Find(int offset)
    {
        if (offset < _offset)
        {
            Restart();
        }

        for (; _offset < offset && _offset < _scalar.Text.Length; _offset++)
        {
            if (!char.IsWhiteSpace(_scalar.Text[_offset]) && SkipToVisible() is > 0 and var length)
            {
                Advance(length);
            }
        }

        return SkipToVisible() > 0 ? new(_scalar.At.File, _line, _column) : _scalar.At;
    }

    private void Restart()
    {
        (_offset, _index, _line, _column) = (0, _scalar.Start, _scalar.At.Line, _scalar.At.Column);
        if (_scalar.Style is YamlStyle.SingleQuoted or YamlStyle.DoubleQuoted)
        {
            Advance(1);
        }
        else if (_scalar.Style != YamlStyle.Plain)
        {
            // The header of a block scalar may hold a comment.
            var header = _scalar.Source.IndexOf('\n', Math.Min(_index, _scalar.Source.Length));
            Advance((header < 0 ? _scalar.Source.Length : header + 1) - _index);
        }
    }

    /// <summary>Source characters that make the next visible character of the value; 0 if there is none.</summary>
    private int SkipToVisible()
    {
        while (_index < _end)
        {
            var length = UnitLength(out var isVisible);
            if (isVisible)
            {
                return length;
            }

            Advance(length);
        }

        return 0;
    }

    private void Advance(int count)
    {
        for (var to = Math.Min(_index + count, _scalar.Source.Length); _index < to; _index++)
        {
            (_line, _column) = _scalar.Source[_index] == '\n' ? (_line + 1, 1) : (_line, _column + 1);
        }
    }

    private int UnitLength(out bool isVisible)
    {
        var rest = _scalar.Source.AsSpan(_index);
        isVisible = !char.IsWhiteSpace(rest[0]);
        if (_scalar.Style == YamlStyle.SingleQuoted && rest is ['\'', '\'', ..])
        {
            return 2;
        }

        if (_scalar.Style != YamlStyle.DoubleQuoted || rest is not ['\\', var escape, ..])
        {
            return 1;
        }

        isVisible = escape is not ('n' or 't' or 'r' or 'v' or 'f' or ' ' or '\t' or '\n' or '\r' or '_' or 'N' or 'L' or 'P');
        return escape switch { 'x' => 4, 'u' => 6, 'U' => 10, _ => 2 };
    }
}
