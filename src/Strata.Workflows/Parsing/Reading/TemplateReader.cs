using Strata.Workflows.Expressions;
using Strata.Workflows.Parsing.Diagnosing;
using Strata.Workflows.Parsing.Yaml;

namespace Strata.Workflows.Parsing.Reading;

/// <summary>An expression somewhere in a job, for checking what it names once all is known.</summary>
/// <param name="Step">Index of the step it stands in, or null.</param>
internal readonly record struct UsedExpression(Expression Expression, YamlScalar In, int? Step);

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
            Report(scalar, found, Template.Parse(scalar.Text, null).Template is not null);
            return null;
        }

        foreach (var expression in template.Expressions)
        {
            Used.Add(new(expression, scalar, Step));
        }

        return template;
    }

    /// <returns><c>success()</c> after reporting a problem: the workflow is not used then.</returns>
    public Condition ReadCondition(YamlScalar scalar, ExpressionSite site)
    {
        var text = scalar.Canonical;
        var (condition, found) = Condition.Parse(text, site);
        if (condition is null)
        {
            Report(scalar, found, Condition.Parse(text, null).Condition is not null);
            return Condition.Success;
        }

        if (condition.IsAlwaysTrueText)
        {
            problems.Add(ExpressionDiagnostics.AlwaysTrue(scalar.At));
        }

        foreach (var expression in condition.Expressions)
        {
            Used.Add(new(expression, scalar, Step));
        }

        return condition;
    }

    private void Report(YamlScalar scalar, IReadOnlyList<ExpressionProblem> found, bool onlyUnavailable)
    {
        foreach (var problem in found)
        {
            var at = scalar.PlaceOf(problem.Position - 1);
            problems.Add(onlyUnavailable
                ? ExpressionDiagnostics.NotAvailable(at, problem.Message, problem.Help)
                : ExpressionDiagnostics.Invalid(at, problem.Message, problem.Help));
        }
    }
}
