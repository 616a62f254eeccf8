using System.Diagnostics.CodeAnalysis;

namespace Strata.Core.Globs;

/// <summary><c>[abc]</c>, <c>[a-z]</c>, <c>[!a]</c>, <c>[^a]</c>; a <c>]</c> that comes first is one of the set.</summary>
internal sealed class GlobCharacterSet
{
    private readonly List<(char First, char Last)> _ranges = [];
    private bool _isNegated;

    /// <summary>The character, if the set is one alone.</summary>
    public char? Single => !_isNegated && _ranges is [var (first, last)] && first == last ? first : null;

    public bool Contains(char c)
    {
        foreach (var (first, last) in _ranges)
        {
            if (c >= first && c <= last)
            {
                return !_isNegated;
            }
        }

        return _isNegated;
    }

    /// <param name="text">Starts with <c>[</c>.</param>
    /// <returns>False where no <c>]</c> follows: then the bracket is an ordinary character.</returns>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out GlobCharacterSet? set, out int length)
    {
        var result = new GlobCharacterSet { _isNegated = text is ['[', '!' or '^', ..] };
        var start = result._isNegated ? 2 : 1;
        for (var i = start; i < text.Length; i++)
        {
            if (text[i] == ']' && i > start)
            {
                (set, length) = (result, i + 1);
                return true;
            }

            var first = ReadCharacter(text, ref i);
            var isRange = i + 2 < text.Length && text[i + 1] == '-' && text[i + 2] != ']';
            var last = first;
            if (isRange)
            {
                i += 2;
                last = ReadCharacter(text, ref i);
            }

            result._ranges.Add((first, last));
        }

        (set, length) = (null, 0);
        return false;
    }

    private static char ReadCharacter(ReadOnlySpan<char> text, ref int i) => text[i] == '\\' && i + 1 < text.Length ? text[++i] : text[i];
}
