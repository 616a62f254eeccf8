using System.Text.Json.Nodes;
using Strata.Workflows.Expressions;

namespace Strata.Workflows.Evaluation;

/// <summary>What <c>strata eval</c> answers. Never throws for any input: a problem is an answer too.</summary>
/// <param name="hashFiles">Patterns to digest; null: hashFiles is an error.</param>
public sealed class EvalSession(Func<IReadOnlyList<string>, string>? hashFiles = null)
{
    /// <param name="text">An expression, with or without <c>${{ }}</c>, or text with such parts.</param>
    /// <param name="contexts">Their names are known beside the usual ones.</param>
    /// <returns>One line: <c>{"kind":…,"value":…}</c> or <c>{"error":…,"position":n}</c>; the position is 1-based in the text, 0 if there is none.</returns>
    public string Evaluate(string text, JsonObject? contexts)
    {
        try
        {
            return Evaluate(text, contexts is null ? ObjectValue.Empty : (ObjectValue)Value.FromJson(contexts));
        }
        catch (ArgumentException)
        {
            return EvalResult.Error("The contexts have a member twice.", 0); // what JsonObject throws when it is first read
        }
    }

    /// <summary>A line of <c>--lines</c>: <c>{"expr":…,"contexts":{…}}</c>; contexts may be absent.</summary>
    public string EvaluateLine(string line)
    {
        Value input;
        try
        {
            input = JsonConversion.Parse(line);
        }
        catch (ExpressionException e)
        {
            return EvalResult.Error(e.Message, 0);
        }

        if (input is not ObjectValue members || members["expr"] is not { Kind: ValueKind.String } expression)
        {
            return EvalResult.Error("""The line must be an object with a text "expr": {"expr": "1 == 1", "contexts": {}}.""", 0);
        }

        return members["contexts"] switch
        {
            ObjectValue contexts => Evaluate(expression.ToText(), contexts),
            { Kind: ValueKind.Null } => Evaluate(expression.ToText(), ObjectValue.Empty),
            _ => EvalResult.Error("""The "contexts" of the line must be an object.""", 0),
        };
    }

    private string Evaluate(string text, ObjectValue contexts)
    {
        var names = KnownNames.Contexts.Concat(contexts.Members.Select(member => member.Key.ToLowerInvariant())).ToHashSet();
        var functions = KnownNames.Functions.Where(function => function.IsHost).Select(function => function.LowerName).ToHashSet();
        var (template, problem) = Parse(text, new(names, functions));
        if (template is null)
        {
            return EvalResult.Error(problem!.Help is null ? problem.Message : $"{problem.Message} {problem.Help}", problem.Position);
        }

        try
        {
            return EvalResult.Of(template.Evaluate(new EvalScope(contexts, hashFiles)));
        }
        catch (ExpressionException e)
        {
            return EvalResult.Error(e.Message, 0);
        }
    }

    /// <summary>A bare expression may hold <c>'${{'</c> in a text, and a template an apostrophe: what parses is meant.</summary>
    private static (Template? Template, ExpressionProblem? Problem) Parse(string text, ExpressionSite site)
    {
        var (expression, bareProblems) = Expression.Parse(text, site);
        if (expression is not null)
        {
            return (Template.Of(expression), null);
        }

        var first = text.IndexOf("${{", StringComparison.Ordinal);
        if (first < 0)
        {
            return (null, bareProblems[0]);
        }

        var (template, problems) = Template.Parse(text, site);
        var isInText = text.AsSpan(0, first).Count('\'') % 2 == 1;
        return template is not null ? (template, null) : (null, isInText ? bareProblems[0] : problems[0]);
    }
}
