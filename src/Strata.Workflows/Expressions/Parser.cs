namespace Strata.Workflows.Expressions;

/// <summary>Precedence climbing over the tokens; the first problem ends it.</summary>
internal sealed class Parser
{
    // Parentheses add no level to the tree, so the tree's limit does not bound the recursion: this does.
    private const int NestingMax = 500;

    private readonly Lexer _lexer;
    private readonly ExpressionSite? _site;
    private Token _token;
    private int _nesting;

    private Parser(string text, ExpressionSite? site)
    {
        _lexer = new(text);
        _site = site;
        _token = _lexer.Read();
    }

    public static (Node? Root, ExpressionProblem? Problem) Parse(string text, ExpressionSite? site)
    {
        if (text.Length > Expression.LengthMax)
        {
            return (null, ExpressionProblems.TooLong(0, text.Length));
        }

        try
        {
            var parser = new Parser(text, site);
            if (parser._token.Kind == TokenKind.End)
            {
                return (null, ExpressionProblems.Empty(0));
            }

            var root = parser.ParseOperators(0);
            parser.Expect(TokenKind.End);
            return (root, null);
        }
        catch (ParseFailure failure)
        {
            return (null, failure.Problem);
        }
    }

    private Node ParseOperators(int precedenceMin)
    {
        if (++_nesting > NestingMax)
        {
            throw new ParseFailure(ExpressionProblems.TooDeep(_token.Start));
        }

        var left = ParseUnary();
        while (_token is { Kind: TokenKind.Operator, Operator: var @operator } && Precedence(@operator) >= precedenceMin)
        {
            left = Checked(@operator <= BinaryOperator.And ? ParseChain(@operator, left) : ParseComparison(@operator, left), _token.Start);
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
        Next();
        return new(@operator, [left, ParseOperators(Precedence(@operator) + 1)]);
    }

    /// <summary>All operands between the same operators become one node, also those in parentheses of their own.</summary>
    private OperatorNode ParseChain(BinaryOperator @operator, Node left)
    {
        var operands = new List<Node>();
        Add(left);
        while (_token.Kind == TokenKind.Operator && _token.Operator == @operator)
        {
            Next();
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
        var at = _token.Start;
        var negations = 0;
        while (_token.Kind == TokenKind.Not)
        {
            negations++;
            Next();
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
        var token = _token;
        switch (token.Kind)
        {
            case TokenKind.Literal:
                Next();
                return new LiteralNode(token.Value!); // what follows may not be an index: 'a'.b is no expression
            case TokenKind.Name:
                var (name, problem) = NameRules.ResolveContext(token, _site);
                Next();
                return name is null ? throw new ParseFailure(problem!) : ParseIndexes(new ContextNode(name));
            case TokenKind.Function:
                Next();
                return ParseIndexes(ParseCall(token));
            case TokenKind.OpenParenthesis:
                Next();
                var inner = ParseOperators(0);
                Expect(TokenKind.CloseParenthesis);
                Next();
                return ParseIndexes(inner);
            default:
                throw new ParseFailure(ExpressionProblems.Unexpected(token));
        }
    }

    private Node ParseCall(Token name)
    {
        var (function, problem) = NameRules.ResolveFunction(name, _site);
        if (function is null)
        {
            throw new ParseFailure(problem!);
        }

        var arguments = ParseArguments();
        return NameRules.CheckArguments(name, function, arguments.Count, _site) is { } wrong
            ? throw new ParseFailure(wrong)
            : Checked(new CallNode(function, arguments), name.Start);
    }

    private List<Node> ParseArguments()
    {
        Expect(TokenKind.OpenParenthesis);
        Next();
        var arguments = new List<Node>();
        if (_token.Kind != TokenKind.CloseParenthesis)
        {
            arguments.Add(ParseOperators(0));
            while (_token.Kind == TokenKind.Comma)
            {
                Next();
                arguments.Add(ParseOperators(0));
            }
        }

        Expect(TokenKind.CloseParenthesis);
        Next();
        return arguments;
    }

    private Node ParseIndexes(Node target)
    {
        while (_token.Kind is TokenKind.Point or TokenKind.OpenBracket)
        {
            var at = _token.Start;
            var isBracket = _token.Kind == TokenKind.OpenBracket;
            Next();
            Node index;
            if (_token.Kind == TokenKind.Star)
            {
                index = new StarNode();
                Next();
            }
            else if (isBracket)
            {
                index = ParseOperators(0);
            }
            else
            {
                Expect(TokenKind.Property);
                index = new LiteralNode(Value.From(_token.Text));
                Next();
            }

            if (isBracket)
            {
                Expect(TokenKind.CloseBracket);
                Next();
            }

            target = Checked(new IndexNode(target, index), at);
        }

        return target;
    }

    private void Next() => _token = _lexer.Read();

    private void Expect(TokenKind kind)
    {
        if (_token.Kind != kind)
        {
            throw new ParseFailure(ExpressionProblems.Unexpected(_token));
        }
    }

    private static Node Checked(Node node, int at) =>
        node.Depth <= Expression.DepthMax ? node : throw new ParseFailure(ExpressionProblems.TooDeep(at));

    /// <summary>Never leaves this class.</summary>
    private sealed class ParseFailure(ExpressionProblem problem) : Exception
    {
        public ExpressionProblem Problem => problem;
    }
}
