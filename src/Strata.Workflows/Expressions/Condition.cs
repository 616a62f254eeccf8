namespace Strata.Workflows.Expressions;

/// <summary>An <c>if:</c>. Empty is success(); without a status function it is <c>success() &amp;&amp; (…)</c>.</summary>
public sealed class Condition
{
    private readonly Template? _template; // null: nothing beside success()

    private Condition(string text, Template? template)
    {
        Text = text;
        _template = template;
        DecidesAfterFailure = Expressions.Any(expression => expression.Functions.Any(KnownNames.IsStatusFunction));
    }

    /// <summary>As written.</summary>
    public string Text { get; }

    /// <summary>Text mixed with <c>${{ }}</c>: always true on GitHub, worth a warning.</summary>
    public bool IsAlwaysTrueText => _template?.IsMixed == true;

    /// <summary>It calls a status function, so success() is not implied.</summary>
    public bool DecidesAfterFailure { get; }

    /// <summary>None was written: success().</summary>
    public bool IsImplied => _template is null;

    /// <summary>Those written; the implied success() is not one.</summary>
    public IReadOnlyList<Expression> Expressions => _template?.Expressions ?? [];

    public static Condition Success { get; } = new("", null);

    /// <summary><c>${{ }}</c> around the whole may be left out. Problems as <see cref="Template.Parse"/> gives them.</summary>
    public static (Condition? Condition, IReadOnlyList<ExpressionProblem> Problems) Parse(string text, ExpressionSite? site)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return (new(text, null), []);
        }

        var (template, problems) = text.Contains("${{", StringComparison.Ordinal) ? Template.Parse(text, site) : ParseBare(text, site);
        return (template is null ? null : new(text, template), problems);
    }

    private static (Template? Template, IReadOnlyList<ExpressionProblem> Problems) ParseBare(string text, ExpressionSite? site)
    {
        var (expression, problems) = Expression.Parse(text, site);
        return (expression is null ? null : Template.Of(expression), problems);
    }

    /// <exception cref="ExpressionException">Evaluation failed.</exception>
    public bool Evaluate(IExpressionScope scope) =>
        (DecidesAfterFailure || scope.Call("success", []).IsTruthy) && (_template is null || _template.Evaluate(scope).IsTruthy);
}
