using Strata.Core.Diagnostics;
using Strata.Workflows.Expressions;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>An expression somewhere in a job, for checking what it names once all is known.</summary>
/// <param name="Offset">Where its text begins in the scalar's.</param>
/// <param name="Step">Index of the step it stands in, or null.</param>
internal readonly record struct UsedExpression(Expression Expression, YamlScalar In, int Offset, int? Step)
{
    /// <summary>Where a path stands in the expression, else where the expression begins.</summary>
    public SourceSpan PlaceOf(string path) =>
        In.PlaceOf(Offset + Math.Max(0, Expression.Text.IndexOf(path, StringComparison.OrdinalIgnoreCase)));
}

/// <summary>Scalars to templates and conditions; problems at their very character.</summary>
internal sealed class TemplateReader(Problems problems)
{
    /// <summary>Where the readers are: goes into <see cref="Used"/>.</summary>
    public int? Step { get; set; }

    /// <summary>All expressions read so far.</summary>
    public List<UsedExpression> Used { get; } = [];

    public Problems Problems => problems;

    /// <param name="site">Null: the value is taken as written.</param>
    /// <returns>Null after reporting why not.</returns>
    public Template? Read(YamlScalar scalar, ExpressionSite? site)
    {
        if (site is null || !scalar.HasExpression)
        {
            return Template.Literal(scalar.Canonical);
        }

        var (template, found) = Template.Parse(scalar.Text, site);
        if (template is null)
        {
            Report(scalar, found, Template.Parse(scalar.Text, null).Problems);
            return null;
        }

        Use(template.Expressions, scalar);
        return template;
    }

    /// <returns><c>success()</c> after reporting a problem: the workflow is not used then.</returns>
    public Condition ReadCondition(YamlScalar scalar, ExpressionSite site)
    {
        var text = scalar.Canonical;
        var (condition, found) = Condition.Parse(text, site);
        if (condition is null)
        {
            Report(scalar, found, Condition.Parse(text, null).Problems);
            return Condition.Success;
        }

        if (condition.IsAlwaysTrueText)
        {
            problems.Add(ExpressionDiagnostics.AlwaysTrue(scalar.At));
        }

        Use(condition.Expressions, scalar);
        return condition;
    }

    private void Use(IReadOnlyList<Expression> expressions, YamlScalar scalar)
    {
        var offset = 0;
        foreach (var expression in expressions)
        {
            offset = Math.Max(offset, scalar.Text.IndexOf(expression.Text, offset, StringComparison.Ordinal));
            Used.Add(new(expression, scalar, offset, Step));
            offset = Math.Min(offset + expression.Text.Length, scalar.Text.Length);
        }
    }

    /// <param name="anywhere">What would be wrong at any key: the rest is only not available at this one.</param>
    private void Report(YamlScalar scalar, IReadOnlyList<ExpressionProblem> found, IReadOnlyList<ExpressionProblem> anywhere)
    {
        foreach (var problem in found)
        {
            var at = scalar.PlaceOf(problem.Position - 1);
            problems.Add(anywhere.Any(other => other.Position == problem.Position)
                ? ExpressionDiagnostics.Invalid(at, problem.Message, problem.Help)
                : ExpressionDiagnostics.NotAvailable(at, problem.Message, problem.Help));
        }
    }
}
