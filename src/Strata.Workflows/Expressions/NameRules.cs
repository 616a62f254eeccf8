namespace Strata.Workflows.Expressions;

/// <summary>Which names an expression may use where it stands.</summary>
internal static class NameRules
{
    /// <summary>Names that a site lists are known there, whatever the language knows.</summary>
    public static (string? LowerName, ExpressionProblem? Problem) ResolveContext(Token name, ExpressionSite? site)
    {
        var lowerName = name.Text.ToLowerInvariant();
        if (site is null ? KnownNames.IsContext(lowerName) : site.Contexts.Contains(lowerName))
        {
            return (lowerName, null);
        }

        if (lowerName == KnownNames.UnsupportedContext)
        {
            return (null, ExpressionProblems.UnsupportedContext(name));
        }

        return (null, site is not null && KnownNames.IsContext(lowerName)
            ? ExpressionProblems.UnavailableContext(name, site)
            : ExpressionProblems.UnknownContext(name, site));
    }

    public static (FunctionSignature? Function, ExpressionProblem? Problem) ResolveFunction(Token name, ExpressionSite? site)
    {
        var function = KnownNames.FindFunction(name.Text);
        if (function is null)
        {
            return (null, ExpressionProblems.UnknownFunction(name));
        }

        return function.IsHost && site is not null && !site.Functions.Contains(function.LowerName)
            ? (null, ExpressionProblems.UnavailableFunction(name, function, site))
            : (function, null);
    }

    public static ExpressionProblem? CheckArguments(Token name, FunctionSignature function, int count, ExpressionSite? site)
    {
        if (count < function.ArgumentsMin || count > function.ArgumentsMax)
        {
            return ExpressionProblems.WrongArity(name, function, count);
        }

        if (count > 0 && site is { StatusOfJobs: false } && KnownNames.IsStatusFunction(function.LowerName))
        {
            return ExpressionProblems.StatusOfJobs(name, function, count);
        }

        return function.Name == "case" && count % 2 == 0 ? ExpressionProblems.EvenCase(name, count) : null;
    }
}
