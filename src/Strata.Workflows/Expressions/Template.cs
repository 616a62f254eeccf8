using System.Text;

namespace Strata.Workflows.Expressions;

/// <summary>Text with <c>${{ }}</c> parts, parsed once. A text that is one expression alone evaluates to that expression's value.</summary>
public sealed class Template
{
    private readonly IReadOnlyList<Part> _parts;

    private Template(string text, IReadOnlyList<Part> parts)
    {
        Text = text;
        _parts = parts;
        var expressions = new List<Expression>(parts.Count);
        foreach (var part in parts)
        {
            if (part.Expression is { } expression)
            {
                expressions.Add(expression);
            }
        }

        Expressions = expressions;
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>No expressions inside.</summary>
    public bool IsLiteral => Expressions.Count == 0;

    public IReadOnlyList<Expression> Expressions { get; }

    /// <summary>Expressions and text that is not empty.</summary>
    internal bool IsMixed => Expressions.Count > 0 && Expressions.Count < _parts.Count;

    /// <summary>Positions in problems are 1-based in <paramref name="text"/>. All problems, not the first. The template is null iff there are problems.</summary>
    public static (Template? Template, IReadOnlyList<ExpressionProblem> Problems) Parse(string text, ExpressionSite? site)
    {
        var parts = new List<Part>();
        List<ExpressionProblem>? problems = null;
        var next = 0;
        while (next < text.Length)
        {
            var start = text.IndexOf("${{", next, StringComparison.Ordinal);
            if (start != next)
            {
                var end = start < 0 ? text.Length : start;
                parts.Add(new(text[next..end], null));
                next = end;
                continue;
            }

            var length = ExpressionLength(text.AsSpan(start + 3));
            if (length < 0)
            {
                (problems ??= []).Add(ExpressionProblems.Unclosed(start));
                break;
            }

            var (expression, wrong) = Expression.Parse(text.Substring(start + 3, length), site);
            if (expression is null)
            {
                (problems ??= []).AddRange(wrong.Select(problem => problem with { Position = problem.Position + start + 3 }));
            }
            else
            {
                parts.Add(new("", expression));
            }

            next = start + 3 + length + 2;
        }

        return problems is null ? (new(text, parts), []) : (null, problems);
    }

    /// <summary>Characters before the <c>}}</c> that is in no text, or -1. A doubled quote closes and opens: no special case.</summary>
    private static int ExpressionLength(ReadOnlySpan<char> text)
    {
        var inText = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\'')
            {
                inText = !inText;
            }
            else if (!inText && text[i] == '}' && i + 1 < text.Length && text[i + 1] == '}')
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>For texts Strata itself makes. No expressions are looked for.</summary>
    public static Template Literal(string text) => new(text, text.Length == 0 ? [] : [new(text, null)]);

    internal static Template Of(Expression expression) => new(expression.Text, [new("", expression)]);

    /// <exception cref="ExpressionException">Evaluation failed.</exception>
    public Value Evaluate(IExpressionScope scope) =>
        _parts is [{ Expression: { } alone }] ? alone.Evaluate(scope) : Value.From(EvaluateText(scope));

    /// <inheritdoc cref="Evaluate"/>
    public string EvaluateText(IExpressionScope scope)
    {
        if (IsLiteral)
        {
            return Text;
        }

        var budget = new TextBudget();
        var result = new StringBuilder();
        foreach (var part in _parts)
        {
            var text = part.Expression?.Evaluate(scope).ToText() ?? part.Text;
            budget.Spend(text.Length);
            result.Append(text);
        }

        return result.ToString();
    }

    /// <summary>Literal text, or an expression.</summary>
    private readonly record struct Part(string Text, Expression? Expression);
}
