using Strata.Core.Diagnostics;
using YamlDotNet.Core;

namespace Strata.Workflows.Parsing.Yaml;

/// <summary>The scanner's marks as places and ranges of one text.</summary>
internal sealed class YamlMarks(string file, string text)
{
    public SourceSpan Place(Mark mark) => new(file, (int)mark.Line, (int)mark.Column);

    public bool IsAt(Mark mark, char c) => mark.Index < text.Length && text[(int)mark.Index] == c;

    /// <summary>Of a scalar or an alias; a block scalar ends with its last visible character.</summary>
    public TextRange Range(Mark start, Mark end)
    {
        var last = Math.Min((int)end.Index, text.Length);
        while (last > start.Index && char.IsWhiteSpace(text[last - 1]))
        {
            last--;
        }

        return new((int)start.Index, last);
    }

    /// <summary>The end of block style is where the next token begins: there, and for a pair without braces, the last child counts.</summary>
    public TextRange CollectionRange(Mark start, int lastChild, Mark end, char closing) =>
        new((int)start.Index, IsAt(end, closing) ? (int)end.Index + 1 : lastChild);
}
