namespace Strata.Workflows.Expressions;

internal enum TokenKind
{
    End,
    Literal,

    /// <summary>A context.</summary>
    Name,

    /// <summary>A name before a parenthesis.</summary>
    Function,

    /// <summary>A name after a point.</summary>
    Property,
    OpenParenthesis,
    CloseParenthesis,
    OpenBracket,
    CloseBracket,
    Comma,
    Point,
    Star,
    Not,
    Operator,

    /// <summary>No token of the language; <see cref="Token.Text"/> is what is there.</summary>
    Unexpected,
}

internal enum BinaryOperator
{
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// <param name="Start">0-based.</param>
/// <param name="Value">Of a literal.</param>
/// <param name="Operator">Of an operator.</param>
internal readonly record struct Token(TokenKind Kind, int Start, string Text, Value? Value = null, BinaryOperator Operator = default);
