namespace Strata.Workflows.Expressions;

/// <summary>Cuts an expression into tokens. What a point or a name means depends on the token before it.</summary>
internal sealed class Lexer(string text)
{
    private int _next;
    private TokenKind? _last;
    private int _lastStart;

    public Token Read()
    {
        while (_next < text.Length && char.IsWhiteSpace(text[_next]))
        {
            _next++;
        }

        if (_next == text.Length)
        {
            return new(TokenKind.End, _lastStart, ""); // the end is reported where the last token is, as on GitHub
        }

        var token = ReadToken(text[_next]);
        (_last, _lastStart) = (token.Kind, token.Start);
        return token;
    }

    private Token ReadToken(char first) => first switch
    {
        '(' => Take(TokenKind.OpenParenthesis, 1),
        ')' => Take(TokenKind.CloseParenthesis, 1),
        '[' => Take(TokenKind.OpenBracket, 1),
        ']' => Take(TokenKind.CloseBracket, 1),
        ',' => Take(TokenKind.Comma, 1),
        '*' => Take(TokenKind.Star, 1),
        '\'' => ReadText(),
        '.' when !MayStartOperand => Take(TokenKind.Point, 1),
        '.' or '+' or '-' or (>= '0' and <= '9') => ReadNumber(),
        '!' or '=' or '<' or '>' or '&' or '|' => ReadOperator(first),
        _ => ReadWord(),
    };

    private bool MayStartOperand => _last is null or TokenKind.Comma or TokenKind.OpenParenthesis or TokenKind.OpenBracket
        or TokenKind.Not or TokenKind.Operator;

    private Token ReadOperator(char first)
    {
        var second = _next + 1 < text.Length ? text[_next + 1] : '\0';
        return (first, second) switch
        {
            ('|', '|') => TakeOperator(BinaryOperator.Or, 2),
            ('&', '&') => TakeOperator(BinaryOperator.And, 2),
            ('=', '=') => TakeOperator(BinaryOperator.Equal, 2),
            ('!', '=') => TakeOperator(BinaryOperator.NotEqual, 2),
            ('<', '=') => TakeOperator(BinaryOperator.LessOrEqual, 2),
            ('>', '=') => TakeOperator(BinaryOperator.GreaterOrEqual, 2),
            ('<', _) => TakeOperator(BinaryOperator.Less, 1),
            ('>', _) => TakeOperator(BinaryOperator.Greater, 1),
            ('!', _) => Take(TokenKind.Not, 1),
            _ => Take(TokenKind.Unexpected, 1),
        };
    }

    private Token ReadNumber()
    {
        var length = WordLength(pointsBelong: true);
        var number = Coercion.ParseNumber(text.AsSpan(_next, length));
        return double.IsNaN(number) ? Take(TokenKind.Unexpected, length) : Take(TokenKind.Literal, length, Value.From(number));
    }

    private Token ReadText()
    {
        var end = _next + 1;
        while (end < text.Length)
        {
            if (text[end] != '\'')
            {
                end++;
            }
            else if (end + 1 < text.Length && text[end + 1] == '\'')
            {
                end += 2;
            }
            else
            {
                var content = text[(_next + 1)..end].Replace("''", "'", StringComparison.Ordinal);
                return Take(TokenKind.Literal, end + 1 - _next, Value.From(content));
            }
        }

        return Take(TokenKind.Unexpected, text.Length - _next);
    }

    private Token ReadWord()
    {
        var length = WordLength(pointsBelong: false);
        var word = text.AsSpan(_next, length);
        if (!IsName(word))
        {
            return Take(TokenKind.Unexpected, length);
        }

        if (_last == TokenKind.Point)
        {
            return Take(TokenKind.Property, length);
        }

        return word switch
        {
            "null" => Take(TokenKind.Literal, length, Value.Null),
            "true" => Take(TokenKind.Literal, length, Value.True),
            "false" => Take(TokenKind.Literal, length, Value.False),
            "NaN" => Take(TokenKind.Literal, length, Value.From(double.NaN)),
            "Infinity" => Take(TokenKind.Literal, length, Value.From(double.PositiveInfinity)),
            _ => Take(text.AsSpan(_next + length).TrimStart() is ['(', ..] ? TokenKind.Function : TokenKind.Name, length),
        };
    }

    /// <summary>At least 1.</summary>
    private int WordLength(bool pointsBelong)
    {
        var end = _next + 1;
        while (end < text.Length && (!IsBoundary(text[end]) || (pointsBelong && text[end] == '.')))
        {
            end++;
        }

        return end - _next;
    }

    private static bool IsBoundary(char c) =>
        c is '(' or ')' or '[' or ']' or ',' or '.' or '!' or '=' or '<' or '>' or '&' or '|' || char.IsWhiteSpace(c);

    internal static bool IsName(ReadOnlySpan<char> word)
    {
        if (word.IsEmpty || !(char.IsAsciiLetter(word[0]) || word[0] == '_'))
        {
            return false;
        }

        foreach (var c in word)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
            {
                return false;
            }
        }

        return true;
    }

    private Token TakeOperator(BinaryOperator @operator, int length) => Take(TokenKind.Operator, length, null, @operator);

    private Token Take(TokenKind kind, int length, Value? value = null, BinaryOperator @operator = default)
    {
        var start = _next;
        _next += length;
        return new(kind, start, text.Substring(start, length), value, @operator);
    }
}
