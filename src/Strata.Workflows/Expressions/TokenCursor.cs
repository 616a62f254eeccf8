namespace Strata.Workflows.Expressions;

/// <summary>One token of an expression at a time.</summary>
internal sealed class TokenCursor
{
    private readonly Lexer _lexer;

    public TokenCursor(string text)
    {
        _lexer = new(text);
        Current = _lexer.Read();
    }

    public Token Current { get; private set; }

    public void Next() => Current = _lexer.Read();

    /// <exception cref="ParseFailure">Another one stands here.</exception>
    public void Expect(TokenKind kind)
    {
        if (Current.Kind != kind)
        {
            throw new ParseFailure(ExpressionProblems.Unexpected(Current));
        }
    }
}

/// <summary>Ends the parsing of one expression; caught by the parser alone.</summary>
internal sealed class ParseFailure(ExpressionProblem problem) : Exception
{
    public ExpressionProblem Problem => problem;
}
