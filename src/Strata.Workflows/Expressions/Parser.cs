namespace Strata.Workflows.Expressions;

/// <summary>Precedence climbing over the tokens. A name that is wrong does not end it; what breaks the structure does.</summary>
internal sealed class Parser
{
    // Parentheses add no level to the tree, so the tree's limit does not bound the recursion: this does.
    private const int NestingMax = 500;
    private const int ProblemsMax = 16; // more help nobody; each looks for the nearest name

    private readonly TokenCursor _tokens;
    private readonly ExpressionSite? _site;
    private readonly List<ExpressionProblem> _problems = [];
    private int _nesting;

    private Parser(string text, ExpressionSite? site)
    {
        _tokens = new(text);
        _site = site;
    }

    public static (Node? Root, IReadOnlyList<ExpressionProblem> Problems) Parse(string text, ExpressionSite? site)
    {
        if (text.Length > Expression.LengthMax)
        {
            return (null, [ExpressionProblems.TooLong(0, text.Length)]);
        }

        var parser = new Parser(text, site);
        try
        {
            if (parser._tokens.Current.Kind == TokenKind.End)
            {
                return (null, [ExpressionProblems.Empty(0)]);
            }

            var root = parser.ParseOperators(0);
            parser._tokens.Expect(TokenKind.End);
            return (parser._problems.Count == 0 ? root : null, parser._problems);
        }
        catch (ParseFailure failure)
        {
            return (null, [.. parser._problems, failure.Problem]);
        }
    }

    /// <summary>A name is wrong: the rest is read all the same.</summary>
    private void Report(ExpressionProblem problem)
    {
        if (_problems.Count + 1 >= ProblemsMax)
        {
            throw new ParseFailure(problem);
        }

        _problems.Add(problem);
    }

    private Node ParseOperators(int precedenceMin)
    {
        if (++_nesting > NestingMax)
        {
            throw new ParseFailure(ExpressionProblems.TooDeep(_tokens.Current.Start));
        }

        var left = ParseUnary();
        while (_tokens.Current is { Kind: TokenKind.Operator, Operator: var @operator } && Precedence(@operator) >= precedenceMin)
        {
            left = Checked(@operator <= BinaryOperator.And ? ParseChain(@operator, left) : ParseComparison(@operator, left), _tokens.Current.Start);
        }

        _nesting--;
        return left;
    }

    private static int Precedence(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Or => 1,
        BinaryOperator.And => 2,
        BinaryOperator.Equal or BinaryOperator.NotEqual => 3,
        _ => 4,
    };

    private OperatorNode ParseComparison(BinaryOperator @operator, Node left)
    {
        _tokens.Next();
        return new(@operator, [left, ParseOperators(Precedence(@operator) + 1)]);
    }

    /// <summary>All operands between the same operators become one node, also those in parentheses of their own.</summary>
    private OperatorNode ParseChain(BinaryOperator @operator, Node left)
    {
        var operands = new List<Node>();
        Add(left);
        while (_tokens.Current.Kind == TokenKind.Operator && _tokens.Current.Operator == @operator)
        {
            _tokens.Next();
            Add(ParseOperators(Precedence(@operator) + 1));
        }

        return new(@operator, operands);

        void Add(Node operand)
        {
            if (operand is OperatorNode same && same.Operator == @operator)
            {
                operands.AddRange(same.Operands);
            }
            else
            {
                operands.Add(operand);
            }
        }
    }

    private Node ParseUnary()
    {
        var at = _tokens.Current.Start;
        var negations = 0;
        while (_tokens.Current.Kind == TokenKind.Not)
        {
            negations++;
            _tokens.Next();
        }

        var node = ParseOperand();
        for (; negations > 0; negations--)
        {
            node = Checked(new NotNode(node), at);
        }

        return node;
    }

    private Node ParseOperand()
    {
        var token = _tokens.Current;
        switch (token.Kind)
        {
            case TokenKind.Literal:
                _tokens.Next();
                return new LiteralNode(token.Value!); // what follows may not be an index: 'a'.b is no expression
            case TokenKind.Name:
                var (name, problem) = NameRules.ResolveContext(token, _site);
                if (problem is not null)
                {
                    Report(problem);
                }

                _tokens.Next();
                return ParseIndexes(name is null ? new LiteralNode(Value.Null) : new ContextNode(name));
            case TokenKind.Function:
                _tokens.Next();
                return ParseIndexes(ParseCall(token));
            case TokenKind.OpenParenthesis:
                _tokens.Next();
                var inner = ParseOperators(0);
                _tokens.Expect(TokenKind.CloseParenthesis);
                _tokens.Next();
                return ParseIndexes(inner);
            default:
                throw new ParseFailure(ExpressionProblems.Unexpected(token));
        }
    }

    private Node ParseCall(Token name)
    {
        var (function, problem) = NameRules.ResolveFunction(name, _site);
        if (problem is not null)
        {
            Report(problem);
        }

        var arguments = ParseArguments();
        if (function is null)
        {
            return new LiteralNode(Value.Null);
        }

        if (NameRules.CheckArguments(name, function, arguments.Count, _site) is { } wrong)
        {
            Report(wrong);
        }

        return Checked(new CallNode(function, arguments), name.Start);
    }

    private List<Node> ParseArguments()
    {
        _tokens.Expect(TokenKind.OpenParenthesis);
        _tokens.Next();
        var arguments = new List<Node>();
        if (_tokens.Current.Kind != TokenKind.CloseParenthesis)
        {
            arguments.Add(ParseOperators(0));
            while (_tokens.Current.Kind == TokenKind.Comma)
            {
                _tokens.Next();
                arguments.Add(ParseOperators(0));
            }
        }

        _tokens.Expect(TokenKind.CloseParenthesis);
        _tokens.Next();
        return arguments;
    }

    private Node ParseIndexes(Node target)
    {
        while (_tokens.Current.Kind is TokenKind.Point or TokenKind.OpenBracket)
        {
            var at = _tokens.Current.Start;
            var isBracket = _tokens.Current.Kind == TokenKind.OpenBracket;
            _tokens.Next();
            Node index;
            if (_tokens.Current.Kind == TokenKind.Star)
            {
                index = new StarNode();
                _tokens.Next();
            }
            else if (isBracket)
            {
                index = ParseOperators(0);
            }
            else
            {
                _tokens.Expect(TokenKind.Property);
                index = new LiteralNode(Value.From(_tokens.Current.Text));
                _tokens.Next();
            }

            if (isBracket)
            {
                _tokens.Expect(TokenKind.CloseBracket);
                _tokens.Next();
            }

            target = Checked(new IndexNode(target, index), at);
        }

        return target;
    }

    private static Node Checked(Node node, int at) =>
        node.Depth <= Expression.DepthMax ? node : throw new ParseFailure(ExpressionProblems.TooDeep(at));
}
